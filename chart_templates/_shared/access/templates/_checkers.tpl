{{/* Findings of security checkers that a value asks for; the reason travels with the chart. */}}
{{- define "<% service %>.checkerNotes" -}}
{{- $notes := dict -}}
{{- if include "<% service %>.secretsInEnv" . -}}
{{- $_ := set $notes "checkov.io/skip1" "CKV_K8S_35=the values hand secrets over as environment variables" -}}
{{- end -}}
{{- if .Values.rbac.rules -}}
{{- $_ := set $notes "checkov.io/skip2" "CKV_K8S_38=rbac.rules lets the service talk to the Kubernetes API" -}}
{{- end -}}
{{- toJson $notes -}}
{{- end -}}
