{{/* dict "root" $ "image" an image: repository:tag@digest, the chart's appVersion when it names neither. */}}
{{- define "<% service %>.image" -}}
{{- $tag := .image.tag -}}
{{- if not (or .image.tag .image.digest) -}}
{{- $tag = .root.Chart.AppVersion | replace "+" "_" -}}
{{- end -}}
{{- .image.repository -}}{{- with $tag -}}:{{ . }}{{- end -}}{{- with .image.digest -}}@{{ . }}{{- end -}}
{{- end -}}

{{/* The program itself: dict "root" $ "track" a track. */}}
{{- define "<% service %>.container" -}}
{{- $values := .root.Values -}}
name: {{ .root.Chart.Name | quote }}
image: {{ .track.image | quote }}
imagePullPolicy: {{ $values.image.pullPolicy }}
{{- with $values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "<% service %>.containerPorts" .root }}
ports:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- include "<% service %>.health" .root }}
{{- with include "<% service %>.env" . }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "<% service %>.envFrom" . }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
securityContext:
  {{- toYaml $values.securityContext | nindent 2 }}
{{- with include "<% service %>.volumeMounts" . }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
A further container: dict "root" $ "track" a track "name" its name "container" what the values say.
Without an image it runs the service's own, with the service's environment and mounts. What it says replaces
the service's setting, but for securityContext, where one relaxed line must not drop all the others.
*/}}
{{- define "<% service %>.furtherContainer" -}}
{{- $container := omit .container "env" -}}
{{- $own := dict
      "name" .name
      "image" .track.image
      "imagePullPolicy" .root.Values.image.pullPolicy
      "resources" .root.Values.resources
      "securityContext" .root.Values.securityContext -}}
{{- if not .container.image -}}
{{- with include "<% service %>.envFrom" . -}}
{{- $_ := set $own "envFrom" (fromYamlArray .) -}}
{{- end -}}
{{- with include "<% service %>.volumeMounts" . -}}
{{- $_ := set $own "volumeMounts" (fromYamlArray .) -}}
{{- end -}}
{{- end -}}
{{- with .container.securityContext -}}
{{- $_ := set $container "securityContext" (mergeOverwrite (deepCopy $own.securityContext) .) -}}
{{- end -}}
{{- range $key, $default := $own -}}
{{- if not (hasKey $container $key) -}}
{{- $_ := set $container $key $default -}}
{{- end -}}
{{- end -}}
{{- toYaml $container -}}
{{- $env := .container.env | default dict -}}
{{- if .container.image -}}
{{- $env = include "<% service %>.envOf" (dict "root" .root "env" $env "secrets" dict) -}}
{{- else -}}
{{- $track := set (deepCopy .track) "env" (mergeOverwrite (deepCopy .track.env) (deepCopy $env)) -}}
{{- $env = include "<% service %>.env" (dict "root" .root "track" $track) -}}
{{- end }}
{{- with $env }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}
