{{- define "<% service %>.servicePorts" -}}
{{- $service := .Values.service -}}
{{- $fixed := has $service.type (list "NodePort" "LoadBalancer") -}}
- name: http
  port: {{ int $service.port }}
  targetPort: http
  protocol: TCP
  {{- with $service.appProtocol }}
  appProtocol: {{ . | quote }}
  {{- end }}
  {{- if and $fixed $service.nodePort }}
  nodePort: {{ int $service.nodePort }}
  {{- end }}
{{- if include "<% service %>.separateMetricsPort" . }}
- name: metrics
  port: {{ int .Values.metricsPort }}
  targetPort: metrics
  protocol: TCP
{{- end }}
{{- range $name, $port := .Values.ports }}
{{- if ne (toString $port.expose) "false" }}
- name: {{ $name | quote }}
  port: {{ int ($port.servicePort | default $port.port) }}
  targetPort: {{ $name | quote }}
  protocol: {{ $port.protocol | default "TCP" }}
  {{- with $port.appProtocol }}
  appProtocol: {{ . | quote }}
  {{- end }}
  {{- if and $fixed $port.nodePort }}
  nodePort: {{ int $port.nodePort }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}
