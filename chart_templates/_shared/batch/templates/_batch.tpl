{{/* The spec of a Job: dict "root" $ "track" a track. */}}
{{- define "<% service %>.jobSpec" -}}
{{- $values := .root.Values -}}
backoffLimit: {{ int $values.backoffLimit }}
{{- with int $values.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ . }}
{{- end }}
{{- with int $values.ttlSecondsAfterFinished }}
ttlSecondsAfterFinished: {{ . }}
{{- end }}
completions: {{ int $values.completions }}
parallelism: {{ int $values.parallelism }}
completionMode: {{ $values.completionMode }}
{{- with $values.podFailurePolicy }}
{{- if ne $values.restartPolicy "Never" }}
{{- include "<% service %>.refuse" "podFailurePolicy: needs restartPolicy: Never" }}
{{- end }}
podFailurePolicy:
  {{- toYaml . | nindent 2 }}
{{- end }}
template:
  {{- include "<% service %>.podTemplate" . | nindent 2 }}
{{- end -}}

{{- define "<% service %>.podSettings" -}}
restartPolicy: {{ .Values.restartPolicy }}
terminationGracePeriodSeconds: {{ int .Values.terminationGracePeriodSeconds }}
{{- end -}}

{{/* A volume for one node at a time keeps the other pods of a run waiting for ever. */}}
{{- define "<% service %>.storageGuard" -}}
{{- $shared := or (has "ReadWriteMany" .Values.persistence.accessModes) (has "ReadOnlyMany" .Values.persistence.accessModes) -}}
{{- if and .Values.persistence.enabled (not $shared) (gt (int .Values.parallelism) 1) -}}
{{- include "<% service %>.refuse" "persistence.accessModes: ReadWriteOnce needs parallelism: 1" -}}
{{- end -}}
{{- include "<% service %>.runsGuard" (dict "root" . "shared" $shared) -}}
{{- end -}}

{{/* What a program that ends has not: requests to answer, probes, and replicas to keep apart. */}}
{{- define "<% service %>.containerPorts" -}}
{{- end -}}

{{- define "<% service %>.health" -}}
{{- end -}}

{{- define "<% service %>.spread" -}}
{{- end -}}

{{- define "<% service %>.scale" -}}
{}
{{- end -}}
