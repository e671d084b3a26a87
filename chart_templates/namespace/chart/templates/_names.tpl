{{/*
The namespace that all is about. The release itself must lie in another one: its record would otherwise be
where the deployer may change it, and could not be written before the namespace exists.
*/}}
{{- define "<% service %>.namespace" -}}
{{- .Values.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "<% service %>.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/part-of: "<% context %>"
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}

{{/* The metadata of what lies in the namespace: dict "root" $ "name" …, and if wanted "annotations". */}}
{{- define "<% service %>.metadata" -}}
name: {{ .name }}
namespace: {{ include "<% service %>.namespace" .root | quote }}
labels:
  {{- include "<% service %>.labels" .root | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Quantities as text: values read 8 as a floating point number. */}}
{{- define "<% service %>.quantities" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}
{{- if kindIs "float64" $value -}}
{{- $value = eq (floor $value) $value | ternary (int64 $value) $value -}}
{{- end -}}
{{- $_ := set $texts $key (toString $value) -}}
{{- end -}}
{{- toYaml $texts -}}
{{- end -}}
