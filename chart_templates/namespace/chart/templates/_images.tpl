{{/*
A CEL text, RE2 for images that may run: below one of the repositories, with or without a tag, pinned by digest.
The schema lets nothing into the repositories that means something in a pattern, but for the dot.
*/}}
{{- define "<% service %>.imagePattern" -}}
{{- $quoted := list -}}
{{- range . -}}
{{- $quoted = append $quoted (replace "." "[.]" .) -}}
{{- end -}}
'^({{ join "|" $quoted }})' +
'(/[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64}$'
{{- end -}}
