{{- define "<% service %>.containerPorts" -}}
{{- with .Values.port }}
- name: http
  containerPort: {{ int . }}
  protocol: TCP
{{- end }}
{{- if include "<% service %>.separateMetricsPort" . }}
- name: metrics
  containerPort: {{ int .Values.metricsPort }}
  protocol: TCP
{{- end }}
{{- range $name, $port := .Values.ports }}
{{- if has $name (list "http" "metrics") }}
{{- include "<% service %>.refuse" (printf "ports.%s: the name of the port that `port` or `metricsPort` gives" $name) }}
{{- end }}
- name: {{ $name | quote }}
  containerPort: {{ int $port.port }}
  protocol: {{ $port.protocol | default "TCP" }}
{{- end }}
{{- end -}}

{{- define "<% service %>.separateMetricsPort" -}}
{{- if and .Values.metricsPort (ne (int .Values.metricsPort) (int .Values.port)) -}}true{{- end -}}
{{- end -}}
