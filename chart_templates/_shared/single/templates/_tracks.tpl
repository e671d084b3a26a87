{{/*
One track: the pods of the release. Its labels are those that canary and blue/green tell apart, so that a
type can learn them later without touching a selector.
*/}}
{{- define "<% service %>.tracks" -}}
{{- $track := dict "name" (include "<% service %>.fullname" .) "channel" "stable" "color" "blue" -}}
{{- $track = include "<% service %>.track" (dict "root" . "track" $track "values" dict) | fromJson -}}
{{- dict "tracks" (list $track) | toJson -}}
{{- end -}}

{{- define "<% service %>.tracksGuard" -}}
{{- end -}}

{{- define "<% service %>.serviceNarrowing" -}}
{{- end -}}

{{- define "<% service %>.extraServices" -}}
{"services": []}
{{- end -}}

{{- define "<% service %>.routeRules" -}}
{{- $backend := dict "name" (include "<% service %>.fullname" .) -}}
{{- dict "rules" (list (dict "backends" (list $backend))) | toJson -}}
{{- end -}}
