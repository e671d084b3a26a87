{{- define "<% service %>.claimVolume" -}}
{{- with .Values.persistence -}}
{{- if .enabled -}}
- name: data
  persistentVolumeClaim:
    claimName: {{ .existingClaim | default (include "<% service %>.fullname" $) | quote }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.claimMount" -}}
{{- if .Values.persistence.enabled -}}
- name: data
  mountPath: {{ .Values.persistence.mountPath | quote }}
{{- end -}}
{{- end -}}
