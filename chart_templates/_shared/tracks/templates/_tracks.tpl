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

{{/* The track with a label: dict "root" $ "label" channel or color "value" its value. */}}
{{- define "<% service %>.trackOf" -}}
{{- $found := dict -}}
{{- range (include "<% service %>.tracks" .root | fromJson).tracks -}}
{{- if eq (get . $.label) $.value -}}
{{- $found = . -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{- define "<% service %>.hasCanary" -}}
{{- if or .Values.canary.image.tag .Values.canary.image.digest -}}true{{- end -}}
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

{{/* Requests with the canary's headers go to it; the others by weight. */}}
{{- define "<% service %>.routeRules" -}}
{{- $stable := dict "name" (include "<% service %>.fullname" .) -}}
{{- $rules := list (dict "backends" (list $stable)) -}}
{{- if eq .Values.rollout.strategy "canary" -}}
{{- $name := printf "%s-canary" $stable.name -}}
{{- $weight := int .Values.canary.weight -}}
{{- $weighed := list (merge (dict "weight" (sub 100 $weight)) $stable) (dict "name" $name "weight" $weight) -}}
{{- $rules = list (dict "backends" $weighed) -}}
{{- with .Values.canary.headers -}}
{{- $rules = prepend $rules (dict "headers" . "backends" (list (dict "name" $name))) -}}
{{- end -}}
{{- end -}}
{{- dict "rules" $rules | toJson -}}
{{- end -}}
