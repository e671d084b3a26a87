{{/* Kubernetes wants exactly one of the two. A percentage is at least one node, but for 0%. */}}
{{- define "<% service %>.rolloutGuard" -}}
{{- with .Values.rollout -}}
{{- $surge := .maxSurge | toString | trimSuffix "%" | int -}}
{{- $missing := .maxUnavailable | toString | trimSuffix "%" | int -}}
{{- if and (eq .strategy "rolling") $surge $missing -}}
{{- include "<% service %>.refuse" "rollout.maxSurge: needs rollout.maxUnavailable: 0" -}}
{{- else if and (eq .strategy "rolling") (not $surge) (not $missing) -}}
{{- include "<% service %>.refuse" "rollout.maxUnavailable: 0 needs a rollout.maxSurge above 0" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The nodes decide how many pods there are and where, and no volume is shared by all of them. */}}
{{- define "<% service %>.scale" -}}
{{- dict "autoscaled" false "guarded" false | toJson -}}
{{- end -}}

{{- define "<% service %>.spread" -}}
{{- end -}}

{{- define "<% service %>.claimVolume" -}}
{{- end -}}

{{- define "<% service %>.claimMount" -}}
{{- end -}}
