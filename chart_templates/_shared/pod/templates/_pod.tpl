{{/* The pod template of one track: dict "root" $ "track" a track. */}}
{{- define "<% service %>.podTemplate" -}}
{{- $values := .root.Values -}}
{{- $selector := include "<% service %>.trackSelector" . | fromYaml -}}
{{- range $key, $_ := $values.podLabels -}}
{{- if hasKey $selector $key -}}
{{- include "<% service %>.refuse" (printf "podLabels.%s: the chart finds its pods by this label" $key) -}}
{{- end -}}
{{- end -}}
metadata:
  labels:
    {{- include "<% service %>.trackSelector" . | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with include "<% service %>.podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "<% service %>.serviceAccountName" .root | quote }}
  automountServiceAccountToken: {{ gt (len $values.rbac.rules) 0 }}
  enableServiceLinks: false
  {{- include "<% service %>.podSettings" .root | nindent 2 }}
  {{- with include "<% service %>.podPlacement" . }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext:
    {{- toYaml $values.podSecurityContext | nindent 4 }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . | quote }}
    {{- end }}
  {{- end }}
  {{- $scope := . }}
  {{- with $values.initContainers }}
  initContainers:
    {{- range $name, $container := . }}
    - {{ include "<% service %>.furtherContainer" (merge (dict "name" $name "container" $container) $scope) | indent 6 | trim }}
    {{- end }}
  {{- end }}
  containers:
    - {{ include "<% service %>.container" . | indent 6 | trim }}
    {{- range $name, $container := $values.sidecars }}
    - {{ include "<% service %>.furtherContainer" (merge (dict "name" $name "container" $container) $scope) | indent 6 | trim }}
    {{- end }}
  {{- with include "<% service %>.volumes" . }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The checksum makes a change of configuration roll the pods of the track that it concerns. */}}
{{- define "<% service %>.podAnnotations" -}}
{{- $annotations := deepCopy .root.Values.podAnnotations -}}
{{- $content := dict "config" .track.config "secrets" .root.Values.secrets.create -}}
{{- if or .track.config.env .track.config.files .root.Values.secrets.create -}}
{{- $_ := set $annotations "checksum/config" ($content | toJson | sha256sum) -}}
{{- end -}}
{{- with $annotations -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.podPlacement" -}}
{{- $placement := dict -}}
{{- range $key := list "priorityClassName" "nodeSelector" "tolerations" "affinity" -}}
{{- with get $.root.Values $key -}}
{{- $_ := set $placement $key . -}}
{{- end -}}
{{- end -}}
{{- with include "<% service %>.spread" . | fromYamlArray -}}
{{- $_ := set $placement "topologySpreadConstraints" . -}}
{{- end -}}
{{- with $placement -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}
