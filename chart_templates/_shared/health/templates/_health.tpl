{{/* One probe: "path" and "port" are short for httpGet; a whole handler wins over them. */}}
{{- define "<% service %>.probe" -}}
{{- $probe := omit . "path" "port" -}}
{{- if not (or .httpGet .tcpSocket .exec .grpc) -}}
{{- $_ := set $probe "httpGet" (dict "path" (.path | default "/") "port" (.port | default "http")) -}}
{{- end -}}
{{- toYaml $probe -}}
{{- end -}}

{{/* The program's probes, and the pause before it stops. */}}
{{- define "<% service %>.health" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- with get $.Values.probes $kind }}
{{- $handlers := list }}
{{- range $handler, $settings := pick . "exec" "grpc" "httpGet" "tcpSocket" }}
{{- if $settings }}
{{- $handlers = append $handlers $handler }}
{{- end }}
{{- end }}
{{- if gt (len $handlers) 1 }}
{{- include "<% service %>.refuse" (printf "probes.%s: only one of %s is possible, set the others to null" $kind (join ", " $handlers)) }}
{{- end }}
{{- if not (or .httpGet .tcpSocket .exec .grpc .port $.Values.port) }}
{{- include "<% service %>.refuse" (printf "probes.%s: there is no port to ask, set port, or exec for a command" $kind) }}
{{- end }}
{{ $kind }}Probe:
  {{- include "<% service %>.probe" . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.rollout.preStopSleepSeconds }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ int . }}
{{- end }}
{{- end -}}

{{/* What the pod needs to stop in peace. */}}
{{- define "<% service %>.podSettings" -}}
{{- if ge (int .Values.rollout.preStopSleepSeconds) (int .Values.rollout.terminationGracePeriodSeconds) -}}
{{- include "<% service %>.refuse" "rollout.preStopSleepSeconds: must be shorter than rollout.terminationGracePeriodSeconds" -}}
{{- end -}}
terminationGracePeriodSeconds: {{ int .Values.rollout.terminationGracePeriodSeconds }}
{{- end -}}
