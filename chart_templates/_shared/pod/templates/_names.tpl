{{/*
The name of every object. Two releases in one namespace never share it: the chart's name alone is used
only by the release of that very name. Long names end in a hash, and leave room for "-canary" and the like.
*/}}
{{- define "<% service %>.fullname" -}}
{{- $name := .Release.Name -}}
{{- if ne .Release.Name .Chart.Name -}}
{{- $name = printf "%s-%s" .Release.Name .Chart.Name -}}
{{- end -}}
{{- if gt (len $name) 52 -}}
{{- $name = printf "%s-%s" ($name | trunc 43 | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What all pods of the release have in common, whatever their track. */}}
{{- define "<% service %>.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/*
The selector and pod labels of one track. Selectors are immutable and pod labels restart pods, so nothing
that changes from version to version belongs here.
*/}}
{{- define "<% service %>.trackSelector" -}}
{{ include "<% service %>.selector" .root }}
channel: {{ .track.channel }}
color: {{ .track.color }}
{{- end -}}

{{/* The pod of `helm test`, which must not receive requests itself. */}}
{{- define "<% service %>.testSelector" -}}
app.kubernetes.io/name: {{ printf "%s-test" (.Chart.Name | trunc 58) | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "<% service %>.labels" -}}
{{ include "<% service %>.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/part-of: "<% context %>"
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}

{{/* The metadata of every object: dict "root" $, and if wanted "name", "labels", "annotations". */}}
{{- define "<% service %>.metadata" -}}
name: {{ .name | default (include "<% service %>.fullname" .root) | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "<% service %>.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
#% if type == "job"
{{- if .root.Values.hook }}
{{- $_ := set . "annotations" (merge (dict) (.annotations | default dict) (include "<% service %>.hookAnnotations" .root | fromJson)) }}
{{- end }}
#% endif
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "<% service %>.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "<% service %>.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* Values read numbers as floating point: 1000000 would print as 1e+06. */}}
{{- define "<% service %>.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* A map whose values are all text, whatever they were. */}}
{{- define "<% service %>.texts" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}
{{- $_ := set $texts $key (include "<% service %>.text" $value) -}}
{{- end -}}
{{- toYaml $texts -}}
{{- end -}}
