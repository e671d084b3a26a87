{{- define "<% service %>.scale" -}}
{{- $replicas := int .root.Values.replicas -}}
{{- dict "replicas" $replicas "autoscaled" false "guarded" (gt $replicas 1) | toJson -}}
{{- end -}}

{{- define "<% service %>.headlessName" -}}
{{ include "<% service %>.fullname" . }}-headless
{{- end -}}
