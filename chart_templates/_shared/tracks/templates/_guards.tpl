{{/* Combinations that the schema cannot refuse. Every message starts with the key to mend. */}}
{{- define "<% service %>.guards" -}}
{{- $v := .Values -}}
{{- if and $v.autoscaling.enabled (gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas: larger than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (not (or $v.autoscaling.cpu $v.autoscaling.memory $v.autoscaling.metrics)) -}}
{{- fail "autoscaling.cpu: enabled without cpu, memory or metrics to look at" -}}
{{- end -}}
{{- if ge (int $v.rollout.preStopSleepSeconds) (int $v.rollout.terminationGracePeriodSeconds) -}}
{{- fail "rollout.preStopSleepSeconds: must be shorter than rollout.terminationGracePeriodSeconds" -}}
{{- end -}}
{{- if and $v.route.enabled (not $v.route.parentRefs) -}}
{{- fail "route.parentRefs: name the Gateway, e.g. [{name: public, namespace: gateways}]" -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
{{- fail "ingress.hosts: name at least one host" -}}
{{- end -}}
{{- range $key, $_ := $v.secrets.create -}}
{{- if hasKey $v.env $key -}}
{{- fail (printf "env.%s: also a key of secrets.create" $key) -}}
{{- end -}}
{{- end -}}
{{- include "<% service %>.storageGuard" . -}}
{{- if eq $v.rollout.strategy "canary" -}}
{{- include "<% service %>.canaryGuard" . -}}
{{- else if eq $v.rollout.strategy "blueGreen" -}}
{{- include "<% service %>.blueGreenGuard" . -}}
{{- end -}}
{{- end -}}

{{/* A volume for one node at a time stops a second replica, and a successor, from starting. */}}
{{- define "<% service %>.storageGuard" -}}
{{- $shared := or (has "ReadWriteMany" .Values.persistence.accessModes) (has "ReadOnlyMany" .Values.persistence.accessModes) -}}
{{- if and .Values.persistence.enabled (not $shared) -}}
{{- if or (ne .Values.rollout.strategy "recreate") .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}
{{- fail "persistence.accessModes: ReadWriteOnce needs replicas: 1 and rollout.strategy: recreate" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.canaryGuard" -}}
{{- $wanted := or .Values.canary.weight .Values.canary.headers -}}
{{- if and $wanted (not (include "<% service %>.hasCanary" .)) -}}
{{- fail "canary.image: canary.weight and canary.headers need a tag or digest here" -}}
{{- end -}}
{{- if and $wanted (eq (int .Values.canary.replicas) 0) -}}
{{- fail "canary.replicas: canary.weight and canary.headers need at least one replica" -}}
{{- end -}}
{{- if and .Values.canary.headers (not .Values.route.enabled) -}}
{{- fail "canary.headers: only a route can look at headers, set route.enabled" -}}
{{- end -}}
{{- end -}}

{{/*
Helm applies Services before Deployments: a switch together with a new image would send every request to
pods that do not exist yet. Under `helm template` lookup finds nothing, and the check is left out.
*/}}
{{- define "<% service %>.blueGreenGuard" -}}
{{- $active := .Values.blueGreen.active -}}
{{- $target := dict -}}
{{- range (include "<% service %>.tracks" . | fromJson).tracks -}}
{{- if eq .color $active -}}
{{- $target = . -}}
{{- end -}}
{{- end -}}
{{- if eq (int $target.replicas) 0 -}}
{{- fail (printf "blueGreen.%s.replicas: the active color needs at least one replica" $active) -}}
{{- end -}}
{{- $service := lookup "v1" "Service" .Release.Namespace (include "<% service %>.fullname" .) -}}
{{- $before := dig "spec" "selector" "color" "blue" (mustFromJson (toJson ($service | default dict))) -}}
{{- if and $service (ne $before $active) -}}
{{- $deployment := lookup "apps/v1" "Deployment" .Release.Namespace $target.name -}}
{{- if not $deployment -}}
{{- fail (printf "blueGreen.active: %s is not deployed yet; deploy it first, switch in the next upgrade" $active) -}}
{{- end -}}
{{- $container := first $deployment.spec.template.spec.containers -}}
{{- if ne $container.image $target.image -}}
{{- fail (printf "blueGreen.active: %s would change its image in the same upgrade; deploy first, then switch" $active) -}}
{{- end -}}
{{- if lt (int (dig "status" "readyReplicas" 0 (mustFromJson (toJson $deployment)))) 1 -}}
{{- fail (printf "blueGreen.active: no pod of %s is ready" $active) -}}
{{- end -}}
{{- end -}}
{{- end -}}
