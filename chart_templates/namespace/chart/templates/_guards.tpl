{{/* What no schema can say. */}}
{{- define "<% service %>.guards" -}}
{{- $namespace := .Values.namespace -}}
{{- if not $namespace -}}
{{- fail "namespace: is not set; hand over the values of an environment: --values values-<environment>.yaml" -}}
{{- else if or (hasPrefix "kube-" $namespace) (eq $namespace "default") -}}
{{- include "<% service %>.refuse" (printf "namespace: %s belongs to Kubernetes" $namespace) -}}
{{- else if eq $namespace .Release.Namespace -}}
{{- include "<% service %>.refuse" (printf "namespace: the release must be kept in another one than %s itself: --namespace namespaces" $namespace) -}}
{{- end -}}
{{- range $key := keys .Values.labels -}}
{{- if hasPrefix "pod-security.kubernetes.io/" $key -}}
{{- include "<% service %>.refuse" (printf "labels: %s is for podSecurity to set" $key) -}}
{{- end -}}
{{- end -}}
{{- if hasKey .Values.annotations "helm.sh/resource-policy" -}}
{{- include "<% service %>.refuse" "annotations: helm.sh/resource-policy stays keep, or an uninstall would delete all that runs" -}}
{{- end -}}
{{- if and .Values.imagePolicy.enabled (not .Values.imagePolicy.repositories) -}}
{{- include "<% service %>.refuse" "imagePolicy.repositories: name where images may come from; without one, nothing could start" -}}
{{- end -}}
{{- include "<% service %>.quotaGuard" . -}}
{{- include "<% service %>.deployerGuard" .Values.deployer -}}
{{- end -}}

{{/* Under a quota of a resource, a container that says nothing about it is refused. */}}
{{- define "<% service %>.quotaGuard" -}}
{{- if .Values.quota.enabled -}}
{{- $container := .Values.limitRange.container -}}
{{- range $resource := list "cpu" "memory" -}}
{{- $limit := and $.Values.limitRange.enabled (hasKey $container.default $resource) -}}
{{- $request := or $limit (and $.Values.limitRange.enabled (hasKey $container.defaultRequest $resource)) -}}
{{- if and (hasKey $.Values.quota.hard (printf "limits.%s" $resource)) (not $limit) -}}
{{- include "<% service %>.refuse" (printf "limitRange.container.default: needs %s, which quota.hard limits (limits.%s)" $resource $resource) -}}
{{- end -}}
{{- if and (or (hasKey $.Values.quota.hard (printf "requests.%s" $resource)) (hasKey $.Values.quota.hard $resource)) (not $request) -}}
{{- include "<% service %>.refuse" (printf "limitRange.container.defaultRequest: needs %s, which quota.hard limits (requests.%s)" $resource $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Who may deploy is not everybody, and cannot make more of it. */}}
{{- define "<% service %>.deployerGuard" -}}
{{- range $group := .groups -}}
{{- if or (hasPrefix "system:authenticated" $group) (hasPrefix "system:unauthenticated" $group) (hasPrefix "system:serviceaccounts" $group) -}}
{{- include "<% service %>.refuse" (printf "deployer.groups: %s is everybody, or every pod" $group) -}}
{{- end -}}
{{- end -}}
{{- if has "system:anonymous" .users -}}
{{- include "<% service %>.refuse" "deployer.users: system:anonymous is everybody" -}}
{{- end -}}
{{- if has "deployer" .roles -}}
{{- include "<% service %>.refuse" "deployer.roles: deployer is the deployer's own Role" -}}
{{- end -}}
{{- range $rule := .extraRules -}}
{{- if or (has "*" $rule.apiGroups) (has "*" $rule.resources) (has "*" $rule.verbs) -}}
{{- include "<% service %>.refuse" "deployer.extraRules: name groups, resources and verbs; * would give what nobody has looked at" -}}
{{- end -}}
{{- range $verb := list "escalate" "bind" "impersonate" -}}
{{- if has $verb $rule.verbs -}}
{{- include "<% service %>.refuse" (printf "deployer.extraRules: with %s the deployer could take any right" $verb) -}}
{{- end -}}
{{- end -}}
{{- range $resource := list "roles" "rolebindings" "resourcequotas" "limitranges" "serviceaccounts/token" -}}
{{- if and (has $resource $rule.resources) (without $rule.verbs "get" "list" "watch") -}}
{{- include "<% service %>.refuse" (printf "deployer.extraRules: %s are not the deployer's to change; for Roles of services see deployer.roles" $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
