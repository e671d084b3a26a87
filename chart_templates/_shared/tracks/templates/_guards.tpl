{{/* Combinations that the schema cannot refuse. Every message starts with the key to mend. */}}
{{- define "<% service %>.tracksGuard" -}}
{{- if eq .Values.rollout.strategy "canary" -}}
{{- include "<% service %>.canaryGuard" . -}}
{{- else if eq .Values.rollout.strategy "blueGreen" -}}
{{- include "<% service %>.blueGreenGuard" . -}}
{{- end -}}
{{- include "<% service %>.liveGuards" . -}}
{{- end -}}

{{- define "<% service %>.canaryGuard" -}}
{{- $wanted := or .Values.canary.weight .Values.canary.headers -}}
{{- if and $wanted (not (include "<% service %>.hasCanary" .)) -}}
{{- include "<% service %>.refuse" "canary.image: canary.weight and canary.headers need a tag or digest here" -}}
{{- end -}}
{{- if and $wanted (eq (int .Values.canary.replicas) 0) -}}
{{- include "<% service %>.refuse" "canary.replicas: canary.weight and canary.headers need at least one replica" -}}
{{- end -}}
{{- if and .Values.canary.headers (not .Values.route.enabled) -}}
{{- include "<% service %>.refuse" "canary.headers: only a route can look at headers, set route.enabled" -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.blueGreenGuard" -}}
{{- $active := .Values.blueGreen.active -}}
{{- $target := include "<% service %>.trackOf" (dict "root" . "label" "color" "value" $active) | fromJson -}}
{{- if eq (int $target.replicas) 0 -}}
{{- include "<% service %>.refuse" (printf "blueGreen.%s.replicas: the active color needs at least one replica" $active) -}}
{{- end -}}
{{- end -}}
