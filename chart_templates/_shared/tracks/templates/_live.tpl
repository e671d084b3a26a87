{{/*
What only the running release can tell. Helm applies Services before Deployments and deletes last, so a Service
can reach for pods that are not there yet, or for those of a version that nobody asked for. Under
`helm template` lookup finds nothing, and these checks are left out.
*/}}
{{- define "<% service %>.liveGuards" -}}
{{- $name := include "<% service %>.fullname" . -}}
{{- $strategy := .Values.rollout.strategy -}}
{{- $service := lookup "v1" "Service" .Release.Namespace $name -}}
{{- if $service -}}
{{- $selector := dig "spec" "selector" dict $service -}}
{{- $scope := dict "root" . "selector" $selector -}}
{{- if and (hasKey $selector "channel") (ne $strategy "canary") -}}
{{- include "<% service %>.leavingGuard" (merge (dict "track" "canary") $scope) -}}
{{- end -}}
{{- if and (hasKey $selector "color") (ne $strategy "blueGreen") -}}
{{- if eq $selector.color "green" -}}
{{- include "<% service %>.refuse" "rollout.strategy: green receives the requests; switch to blue first, then leave blueGreen" -}}
{{- end -}}
{{- include "<% service %>.leavingGuard" (merge (dict "track" "green") $scope) -}}
{{- end -}}
{{- if eq $strategy "canary" -}}
{{- include "<% service %>.shiftGuard" $scope -}}
{{- else if eq $strategy "blueGreen" -}}
{{- include "<% service %>.switchGuard" $scope -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Outside its strategy nothing keeps the pods of a track from the Service, until Helm has deleted them. */}}
{{- define "<% service %>.leavingGuard" -}}
{{- $name := printf "%s-%s" (include "<% service %>.fullname" .root) .track -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace $name -}}
{{- if and $live (gt (int (dig "spec" "replicas" 1 $live)) 0) -}}
{{- $key := ternary "canary" "blueGreen.green" (eq .track "canary") -}}
{{- include "<% service %>.refuse" (printf "rollout.strategy: %s still runs and would receive requests; set %s.replicas: 0 first" $name $key) -}}
{{- end -}}
{{- end -}}

{{/* The first requests go to a canary that runs. What it receives already, it keeps. */}}
{{- define "<% service %>.shiftGuard" -}}
{{- if or .root.Values.canary.weight .root.Values.canary.headers -}}
{{- $track := include "<% service %>.trackOf" (dict "root" .root "label" "channel" "value" "canary") | fromJson -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace $track.name -}}
{{- $receives := not (hasKey .selector "channel") -}}
{{- if .root.Values.route.enabled -}}
{{- $receives = include "<% service %>.routedToCanary" .root -}}
{{- end -}}
{{- if not (and $live $receives) -}}
{{- $key := ternary "canary.weight" "canary.headers" (gt (int .root.Values.canary.weight) 0) -}}
{{- include "<% service %>.targetGuard" (dict "key" $key "called" "the canary" "track" $track "live" $live) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.routedToCanary" -}}
{{- $name := include "<% service %>.fullname" . -}}
{{- $route := lookup "gateway.networking.k8s.io/v1" "HTTPRoute" .Release.Namespace $name -}}
{{- range $rule := dig "spec" "rules" list ($route | default dict) -}}
{{- range $rule.backendRefs -}}
{{- if and (eq .name (printf "%s-canary" $name)) (gt (int (dig "weight" 1 .)) 0) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A switch, and going back the same way, need pods on both sides that this upgrade does not touch. */}}
{{- define "<% service %>.switchGuard" -}}
{{- $values := .root.Values -}}
{{- $active := $values.blueGreen.active -}}
{{- $before := dig "color" "blue" .selector -}}
{{- if ne $before $active -}}
{{- $target := include "<% service %>.trackOf" (dict "root" .root "label" "color" "value" $active) | fromJson -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace $target.name -}}
{{- include "<% service %>.targetGuard" (dict "key" "blueGreen.active" "called" $active "track" $target "live" $live) -}}
{{- $wanted := int (ternary $values.autoscaling.minReplicas $target.replicas $target.autoscaled) -}}
{{- if lt (int (dig "spec" "replicas" 1 $live)) $wanted -}}
{{- include "<% service %>.refuse" (printf "blueGreen.active: %s is to have %d replicas; scale it first, then switch" $active $wanted) -}}
{{- end -}}
{{- $left := include "<% service %>.trackOf" (dict "root" .root "label" "color" "value" $before) | fromJson -}}
{{- if eq (int $left.replicas) 0 -}}
{{- include "<% service %>.refuse" (printf "blueGreen.%s.replicas: %s receives the requests; switch first, then let it sleep" $before $before) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* dict "key" the value to mend "called" the track in words "track" as wanted "live" its Deployment. */}}
{{- define "<% service %>.targetGuard" -}}
{{- if not .live -}}
{{- include "<% service %>.refuse" (printf "%s: %s is not deployed yet; deploy it first, then switch" .key .called) -}}
{{- end -}}
{{- if ne (first .live.spec.template.spec.containers).image .track.image -}}
{{- include "<% service %>.refuse" (printf "%s: %s would change its image in the same upgrade; deploy first, then switch" .key .called) -}}
{{- end -}}
{{- $status := dig "status" dict .live -}}
{{- $seen := ge (int $status.observedGeneration) (int .live.metadata.generation) -}}
{{- if not (and $seen (eq (int $status.updatedReplicas) (int $status.replicas))) -}}
{{- include "<% service %>.refuse" (printf "%s: the rollout of %s is not finished" .key .called) -}}
{{- end -}}
{{- if lt (int $status.readyReplicas) 1 -}}
{{- include "<% service %>.refuse" (printf "%s: no pod of %s is ready" .key .called) -}}
{{- end -}}
{{- end -}}
