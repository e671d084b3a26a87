{{/*
The tracks: each is one Deployment with an image, an environment and a configuration of its own. There is
always <name>, which is stable and blue; canary and green come and go beside it without touching it.
*/}}
{{- define "<% service %>.tracks" -}}
{{- $name := include "<% service %>.fullname" . -}}
{{- $strategy := .Values.rollout.strategy -}}
{{- $stable := dict "name" $name "channel" "stable" "color" "blue" -}}
{{- $tracks := list -}}
{{- if eq $strategy "blueGreen" -}}
{{- $green := dict "name" (printf "%s-green" $name) "channel" "stable" "color" "green" -}}
{{- $tracks = list
      (include "<% service %>.track" (dict "root" . "track" $stable "values" .Values.blueGreen.blue) | fromJson)
      (include "<% service %>.track" (dict "root" . "track" $green "values" .Values.blueGreen.green) | fromJson) -}}
{{- else -}}
{{- $tracks = list (include "<% service %>.track" (dict "root" . "track" $stable "values" dict) | fromJson) -}}
{{- if and (eq $strategy "canary") (include "<% service %>.hasCanary" .) -}}
{{- $canary := dict "name" (printf "%s-canary" $name) "channel" "canary" "color" "blue" -}}
{{- $tracks = append $tracks
      (include "<% service %>.track" (dict "root" . "track" $canary "values" .Values.canary) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- dict "tracks" $tracks | toJson -}}
{{- end -}}

{{- define "<% service %>.hasCanary" -}}
{{- if or .Values.canary.image.tag .Values.canary.image.digest -}}true{{- end -}}
{{- end -}}

{{/* Completes a track with what its values change: dict "root" $ "track" its labels "values" differences. */}}
{{- define "<% service %>.track" -}}
{{- $values := .root.Values -}}
{{- $image := .values.image | default dict -}}
{{- if not (or $image.tag $image.digest) -}}
{{- $image = merge (pick $values.image "tag" "digest") $image -}}
{{- end -}}
{{- $image = merge (dict "repository" ($image.repository | default $values.image.repository)) $image -}}
{{- $config := mergeOverwrite (deepCopy (pick $values.config "env" "files")) (deepCopy (.values.config | default dict)) -}}
{{- $env := mergeOverwrite (deepCopy $values.env) (deepCopy (.values.env | default dict)) -}}
{{- $replicas := ternary .values.replicas $values.replicas (hasKey .values "replicas") | int -}}
{{- $canary := eq .track.channel "canary" -}}
{{- $autoscaled := and $values.autoscaling.enabled (not $canary) (gt $replicas 0) -}}
{{- $guarded := and (not $canary) (gt (int (ternary $values.autoscaling.minReplicas $replicas $autoscaled)) 1) -}}
{{- merge .track (dict
      "image" (include "<% service %>.image" (dict "root" .root "image" $image))
      "env" $env
      "config" $config
      "replicas" $replicas
      "autoscaled" $autoscaled
      "guarded" $guarded) | toJson -}}
{{- end -}}

{{/* The further labels by which the main Service picks a track. */}}
{{- define "<% service %>.serviceNarrowing" -}}
{{- if eq .Values.rollout.strategy "blueGreen" -}}
color: {{ .Values.blueGreen.active }}
{{- else if eq .Values.rollout.strategy "canary" -}}
{{- /* Without a route to weigh them, requests are shared by the number of replicas. */ -}}
{{- if or .Values.route.enabled (eq (int .Values.canary.weight) 0) -}}
channel: stable
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.extraServices" -}}
{{- $name := include "<% service %>.fullname" . -}}
{{- $services := list -}}
{{- if eq .Values.rollout.strategy "canary" -}}
{{- $services = list (dict "name" (printf "%s-canary" $name) "channel" "canary" "color" "blue") -}}
{{- else if eq .Values.rollout.strategy "blueGreen" -}}
{{- $idle := ternary "green" "blue" (eq .Values.blueGreen.active "blue") -}}
{{- $services = list (dict "name" (printf "%s-preview" $name) "channel" "stable" "color" $idle) -}}
{{- end -}}
{{- dict "services" $services | toJson -}}
{{- end -}}
