{{- define "<% service %>.rolloutGuard" -}}
{{- if and (eq .Values.rollout.strategy "onDelete") .Values.rollout.partition -}}
{{- include "<% service %>.refuse" "rollout.partition: only rollout.strategy: rolling looks at it" -}}
{{- end -}}
{{- end -}}

{{/*
What Kubernetes never changes on a StatefulSet. It would refuse too, but Helm has then changed the other
objects already. Under `helm template` lookup finds nothing, and these checks are left out.
*/}}
{{- define "<% service %>.settledGuard" -}}
{{- $name := include "<% service %>.fullname" . -}}
{{- $live := lookup "apps/v1" "StatefulSet" .Release.Namespace $name -}}
{{- if $live -}}
{{- $claim := first ($live.spec.volumeClaimTemplates | default (list dict)) -}}
{{- $is := dict "rollout.podManagementPolicy" $live.spec.podManagementPolicy "persistence.enabled" (ne (len $claim) 0) -}}
{{- $wanted := dict
      "rollout.podManagementPolicy" .Values.rollout.podManagementPolicy
      "persistence.enabled" .Values.persistence.enabled -}}
{{- if and $claim .Values.persistence.enabled -}}
{{- $is = merge $is (dict
      "persistence.size" (include "<% service %>.bytes" $claim.spec.resources.requests.storage)
      "persistence.storageClass" ($claim.spec.storageClassName | default "")
      "persistence.accessModes" $claim.spec.accessModes
      "persistence.annotations" ($claim.metadata.annotations | default dict)) -}}
{{- with .Values.persistence -}}
{{- $wanted = merge $wanted (dict
      "persistence.size" (include "<% service %>.bytes" .size)
      "persistence.storageClass" (.storageClass | default "")
      "persistence.accessModes" .accessModes
      "persistence.annotations" (.annotations | default dict)) -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $is -}}
{{- if ne (toJson $value) (get $wanted $key | toJson) -}}
{{- $remedy := printf "kubectl delete statefulset %s --cascade=orphan --namespace %s" $name $.Release.Namespace -}}
{{- include "<% service %>.refuse" (printf "%s: settled while the StatefulSet exists; its pods and claims survive: %s" $key $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A size in bytes: Kubernetes writes 1024Mi as 1Gi. */}}
{{- define "<% service %>.bytes" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1000 "M" 1000000 "G" 1000000000
      "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000
      "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776
      "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- mulf (regexFind "^[0-9.]+" .) (get $units (regexFind "[A-Za-z]*$" .)) -}}
{{- end -}}
