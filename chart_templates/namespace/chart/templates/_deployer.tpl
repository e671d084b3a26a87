{{/*
The rights, by what needs them. Helm reads an object, creates or patches it, deletes what a chart no longer
has, and watches while it waits (before Kubernetes 1.34 that begins with a list). It replaces (update) only its
own records.
*/}}
{{- define "<% service %>.deployerRules" -}}
# Helm's records of releases, and the Secrets of charts
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, update, patch, delete]
# What the charts of services render
- apiGroups: [""]
  resources: [configmaps, persistentvolumeclaims, serviceaccounts, services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [daemonsets, deployments, statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [monitoring.coreos.com]
  resources: [podmonitors, servicemonitors]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [external-secrets.io]
  resources: [externalsecrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [secrets-store.csi.x-k8s.io]
  resources: [secretproviderclasses]
  verbs: [get, list, watch, create, patch, delete]
# The Lease that keeps two deployments of a release apart
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, create, update]
# Waiting for pods, and saying why they do not start
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [list]
{{- with .roles }}
# Roles of services. Kubernetes lets nobody give a right that he has not, and no name guards a creation.
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings, roles]
  verbs: [get, list, watch, create]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings, roles]
  resourceNames:
    {{- range . }}
    - {{ . | quote }}
    {{- end }}
  verbs: [patch, delete]
{{- end }}
{{- with .extraRules }}
# From the values
{{ toYaml . }}
{{- end }}
{{- end -}}
