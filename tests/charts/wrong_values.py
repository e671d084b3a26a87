"""Wrong values of each type: the words that Helm's complaint must hold, and the values.

A type adds its own to MISSPELT, WRONG or DANGEROUS. What it shares with another type need not be repeated:
test_wrong_values.py misspells a key at every level of every type's schema.
"""

from __future__ import annotations

from typing import Any

from tests.charts import batch_wrong_values as batches
from tests.charts import workload_wrong_values as workloads
from tests.charts import wrong_values_namespace as namespaces
from tests.charts.helm import DIGEST

Row = tuple[str, dict[str, Any]]

MISSPELT: dict[str, list[Row]] = {
    "namespace": namespaces.MISSPELT,
    **workloads.MISSPELT,
    **batches.MISSPELT,
    "web": [
        ("replica", {"replica": 3}),
        ("Replicas", {"Replicas": 3}),
        ("repo", {"image": {"repo": "x"}}),
        ("pullpolicy", {"image": {"pullpolicy": "Always"}}),
        ("request", {"resources": {"request": {"cpu": 1}}}),
        ("livenes", {"probes": {"livenes": {"path": "/"}}}),
        ("pth", {"probes": {"readiness": {"pth": "/"}}}),
        ("secrets", {"env": {"A": {"secrets": "db", "key": "a"}}}),
        ("files_", {"config": {"files_": {}}}),
        ("extern", {"secrets": {"extern": {}}}),
        ("mountpath", {"secrets": {"files": {"tls": {"secret": "a", "mountPath": "/a", "mountpath": "/b"}}}}),
        ("storageclass", {"persistence": {"storageclass": "fast"}}),
        ("nodeport", {"service": {"nodeport": 30000}}),
        ("prot", {"ports": {"grpc": {"port": 1, "prot": "TCP"}}}),
        ("host", {"ingress": {"host": "a.example.com"}}),
        ("secretname", {"ingress": {"tls": {"secretname": "a"}}}),
        ("parentRef", {"route": {"parentRef": {}}}),
        ("minreplicas", {"autoscaling": {"minreplicas": 1}}),
        ("maxunavailable", {"podDisruptionBudget": {"maxunavailable": 1}}),
        ("surge", {"rollout": {"surge": 1}}),
        ("wieght", {"canary": {"wieght": 10}}),
        ("activ", {"blueGreen": {"activ": "green"}}),
        ("red", {"blueGreen": {"red": {}}}),
        ("rule", {"rbac": {"rule": []}}),
        ("ingres", {"networkPolicy": {"ingres": []}}),
        ("topologykeys", {"topologySpread": {"topologykeys": []}}),
        ("imag", {"canary": {"imag": {"tag": "1"}}}),
        ("annotation", {"serviceAccount": {"annotation": {}}}),
        ("Interval", {"serviceMonitor": {"Interval": "30s"}}),
        ("enable", {"tests": {"enable": True}}),
    ],
}
WRONG: dict[str, list[Row]] = {
    "namespace": namespaces.WRONG,
    **workloads.WRONG,
    **batches.WRONG,
    "web": [
        ("tag", {"image": {"tag": 1.10}}),
        ("tag", {"image": {"tag": "a:b"}}),
        ("digest", {"image": {"digest": DIGEST.upper()}}),
        ("digest", {"image": {"digest": "sha256:abc"}}),
        ("repository", {"image": {"repository": "myrepo.cr.io/a:1"}}),
        ("pullPolicy", {"image": {"pullPolicy": "always"}}),
        ("image", {"image": "myrepo.cr.io/a:1"}),
        ("imagePullSecrets", {"imagePullSecrets": [{"name": "login"}]}),
        ("port", {"port": "8080"}),
        ("port", {"port": 65536}),
        ("port", {"service": {"port": 0}}),
        ("replicas", {"replicas": -1}),
        ("replicas", {"replicas": "2"}),
        ("replicas", {"replicas": 2.5}),
        ("command", {"command": "run --fast"}),
        ("limits", {"resources": {"limits": "1"}}),
        ("liveness", {"probes": {"liveness": True}}),
        ("path", {"probes": {"readiness": {"path": "healthz"}}}),
        ("1ST", {"env": {"1ST": "a"}}),
        ("env", {"env": ["A=b"]}),
        ("LEVEL", {"config": {"env": {"LEVEL": {}}}}),
        ("mountPath", {"config": {"mountPath": "config"}}),
        ("secret", {"secrets": {"files": {"tls": {"mountPath": "/tls"}}}}),
        ("store", {"secrets": {"external": {"db": {"keys": {"A": {"key": "a"}}}}}}),
        ("provider", {"secrets": {"csi": {"vault": {"mountPath": "/vault"}}}}),
        ("size", {"persistence": {"size": 10}}),
        ("accessModes", {"persistence": {"accessModes": ["RWO"]}}),
        ("accessModes", {"persistence": {"accessModes": []}}),
        ("tmpDirs", {"tmpDirs": ["tmp"]}),
        ("volumes", {"volumes": [{"name": "a"}]}),
        ("Upper_Case", {"sidecars": {"Upper_Case": {}}}),
        ("initContainers", {"initContainers": [{"name": "a"}]}),
        ("type", {"service": {"type": "Clusterip"}}),
        ("sessionAffinity", {"service": {"sessionAffinity": "clientip"}}),
        ("grpc", {"ports": {"grpc": 9090}}),
        ("GRPC", {"ports": {"GRPC": {"port": 9090}}}),
        ("protocol", {"ports": {"dns": {"port": 53, "protocol": "udp"}}}),
        ("metricsPort", {"metricsPort": -1}),
        ("paths", {"route": {"paths": []}}),
        ("path", {"route": {"paths": [{"path": "api"}]}}),
        ("hosts", {"route": {"hosts": "shop.example.com"}}),
        ("pathType", {"ingress": {"paths": [{"path": "/", "pathType": "prefix"}]}}),
        ("annotations", {"ingress": {"annotations": {"a": True}}}),
        ("maxReplicas", {"autoscaling": {"maxReplicas": 0}}),
        ("cpu", {"autoscaling": {"cpu": "80%"}}),
        ("maxUnavailable", {"podDisruptionBudget": {"maxUnavailable": "half"}}),
        ("whenUnsatisfiable", {"topologySpread": {"whenUnsatisfiable": "Schedule"}}),
        ("strategy", {"rollout": {"strategy": "canari"}}),
        ("strategy", {"rollout": {"strategy": None}}),
        ("rollout", {"rollout": None}),
        ("maxSurge", {"rollout": {"maxSurge": "25"}}),
        ("maxUnavailable", {"rollout": {"maxUnavailable": -1}}),
        ("terminationGracePeriodSeconds", {"rollout": {"terminationGracePeriodSeconds": 0}}),
        ("weight", {"canary": {"weight": 101}}),
        ("weight", {"canary": {"weight": "10"}}),
        ("active", {"blueGreen": {"active": "red"}}),
        ("create", {"serviceAccount": {"create": "yes"}}),
        ("rules", {"rbac": {"rules": {}}}),
        ("restrictEgress", {"networkPolicy": {"restrictEgress": "true"}}),
        ("interval", {"serviceMonitor": {"interval": 30}}),
        ("command", {"tests": {"command": "wget"}}),
        ("extraObjects", {"extraObjects": {"a": {}}}),
    ],
}
# What only the templates can judge. Helm lets `fail` fail everywhere but in `helm lint`, which prints it.
DANGEROUS: dict[str, list[Row]] = {
    "namespace": namespaces.DANGEROUS,
    **workloads.DANGEROUS,
    **batches.DANGEROUS,
    "web": [
        ("autoscaling.minReplicas: ", {"autoscaling": {"enabled": True, "minReplicas": 11}}),
        ("autoscaling.cpu: ", {"autoscaling": {"enabled": True, "cpu": 0}}),
        ("rollout.preStopSleepSeconds: ", {"rollout": {"preStopSleepSeconds": 45}}),
        ("rollout.maxUnavailable: ", {"rollout": {"maxSurge": 0, "maxUnavailable": 0}}),
        ("route.parentRefs: ", {"route": {"enabled": True}}),
        ("ingress.hosts: ", {"ingress": {"enabled": True}}),
        (
            "probes.readiness: only one of exec, tcpSocket",
            {"probes": {"readiness": {"tcpSocket": {"port": "http"}, "exec": {"command": ["true"]}}}},
        ),
        ("volumeMounts: there is no volume cache", {"volumeMounts": [{"name": "cache", "mountPath": "/c"}]}),
        ("ports.http: ", {"ports": {"http": {"port": 9090}}}),
        ("podLabels.", {"podLabels": {"app.kubernetes.io/name": "another"}}),
        ("env.A: ", {"env": {"A": "b"}, "secrets": {"create": {"A": "b"}}}),
        ("env.A: ", {"env": {"A": {"secret": "db"}}}),
        ("env.A: ", {"env": {"A": {"secret": "db", "configMap": "site", "key": "a"}}}),
        ("persistence.accessModes: ", {"persistence": {"enabled": True, "accessModes": ["ReadWriteOnce"]}}),
        ("canary.image: ", {"rollout": {"strategy": "canary"}, "canary": {"weight": 10}}),
        ("canary.image: ", {"rollout": {"strategy": "canary"}, "canary": {"headers": {"X-Canary": "yes"}}}),
        (
            "canary.replicas: ",
            {
                "rollout": {"strategy": "canary"},
                "canary": {"weight": 1, "replicas": 0, "image": {"tag": "b"}},
            },
        ),
        (
            "canary.headers: ",
            {"rollout": {"strategy": "canary"}, "canary": {"headers": {"A": "b"}, "image": {"tag": "b"}}},
        ),
        (
            "blueGreen.green.replicas: ",
            {
                "rollout": {"strategy": "blueGreen"},
                "blueGreen": {"active": "green", "green": {"replicas": 0}},
            },
        ),
    ],
}
