"""The kinds that the emulated API stores. What is missing here does not exist for a client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    api_version: str
    plural: str
    name: str
    short: str
    namespaced: bool

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def resource(self) -> str:
        """`leases.coordination.k8s.io`, as "not found" and "conflict" messages name it."""
        return f"{self.plural}.{self.group}".rstrip(".")

    @property
    def qualified(self) -> str:
        """`Deployment.apps`, as "is invalid" messages name it."""
        return f"{self.name}.{self.group}".rstrip(".")

    @property
    def builtin(self) -> bool:
        """Custom resources know no strategic merge and no lists merged by key."""
        return self.group not in ("gateway.networking.k8s.io", "monitoring.coreos.com")


# apiVersion, plural, kind, short name; cluster-scoped plurals start with a slash.
_TABLE = """
v1 /namespaces Namespace ns
v1 /nodes Node no
v1 /persistentvolumes PersistentVolume pv
v1 configmaps ConfigMap cm
v1 events Event ev
v1 limitranges LimitRange limits
v1 persistentvolumeclaims PersistentVolumeClaim pvc
v1 pods Pod po
v1 resourcequotas ResourceQuota quota
v1 secrets Secret -
v1 serviceaccounts ServiceAccount sa
v1 services Service svc
apps/v1 daemonsets DaemonSet ds
apps/v1 deployments Deployment deploy
apps/v1 replicasets ReplicaSet rs
apps/v1 statefulsets StatefulSet sts
autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler hpa
batch/v1 cronjobs CronJob cj
batch/v1 jobs Job -
coordination.k8s.io/v1 leases Lease -
discovery.k8s.io/v1 endpointslices EndpointSlice -
gateway.networking.k8s.io/v1 gateways Gateway gtw
gateway.networking.k8s.io/v1 httproutes HTTPRoute -
monitoring.coreos.com/v1 servicemonitors ServiceMonitor smon
networking.k8s.io/v1 /ingressclasses IngressClass -
networking.k8s.io/v1 ingresses Ingress ing
networking.k8s.io/v1 networkpolicies NetworkPolicy netpol
policy/v1 poddisruptionbudgets PodDisruptionBudget pdb
rbac.authorization.k8s.io/v1 /clusterrolebindings ClusterRoleBinding -
rbac.authorization.k8s.io/v1 /clusterroles ClusterRole -
rbac.authorization.k8s.io/v1 rolebindings RoleBinding -
rbac.authorization.k8s.io/v1 roles Role -
scheduling.k8s.io/v1 /priorityclasses PriorityClass pc
storage.k8s.io/v1 /storageclasses StorageClass sc
"""


def _kind(line: str) -> Kind:
    api_version, plural, name, short = line.split()
    return Kind(api_version, plural.lstrip("/"), name, short.strip("-"), not plural.startswith("/"))


KINDS = {kind.name: kind for kind in map(_kind, _TABLE.strip().splitlines())}
BY_PATH = {(kind.api_version, kind.plural): kind for kind in KINDS.values()}
GROUP_VERSIONS = sorted({kind.api_version for kind in KINDS.values()})
