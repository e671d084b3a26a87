{{/*
Refuses what the values say, which begins with the key to mend. While linting, Helm only notes a `fail` and
goes on: then it stumbles over a template that does not exist, and whose name is the message.
*/}}
{{- define "<% service %>.refuse" -}}
{{- fail . -}}
{{- include . . -}}
{{- end -}}
