{{/* The StatefulSet itself adds a volume for each of its claims. */}}
{{- define "<% service %>.claimVolume" -}}
{{- if not .Values.persistence.enabled -}}
- name: data
  emptyDir: {}
{{- end -}}
{{- end -}}

{{- define "<% service %>.claimMount" -}}
- name: data
  mountPath: {{ .Values.persistence.mountPath | quote }}
{{- end -}}
