{{/* A volume for one node at a time stops a second replica, and a successor, from starting. */}}
{{- define "<% service %>.storageGuard" -}}
{{- $shared := or (has "ReadWriteMany" .Values.persistence.accessModes) (has "ReadOnlyMany" .Values.persistence.accessModes) -}}
{{- if and .Values.persistence.enabled (not $shared) -}}
{{- if or (ne .Values.rollout.strategy "recreate") .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}
{{- include "<% service %>.refuse" "persistence.accessModes: ReadWriteOnce needs replicas: 1 and rollout.strategy: recreate" -}}
{{- end -}}
{{- end -}}
{{- end -}}
