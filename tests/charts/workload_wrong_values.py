"""Wrong values of worker, stateful and daemon; wrong_values.py explains the rows."""

from __future__ import annotations

from typing import Any

Row = tuple[str, dict[str, Any]]

_NO_PORT: dict[str, Any] = {"port": 0, "probes": {"readiness": None, "liveness": None}}
_SURGE = {"rollout": {"maxSurge": 1}}

MISSPELT: dict[str, list[Row]] = {
    "worker": [
        ("service", {"service": {"type": "NodePort"}}),
        ("canary", {"canary": {"weight": 10}}),
        ("serviceMonitor", {"serviceMonitor": {"enabled": True}}),
        ("nodePort", {"ports": {"grpc": {"port": 1, "nodePort": 30000}}}),
        ("scrapeTimout", {"podMonitor": {"scrapeTimout": "10s"}}),
    ],
    "stateful": [
        ("autoscaling", {"autoscaling": {"enabled": True}}),
        ("existingClaim", {"persistence": {"existingClaim": "data"}}),
        ("whenScale", {"persistence": {"whenScale": "Delete"}}),
        ("storageClassName", {"persistence": {"storageClassName": "fast"}}),
        ("maxSurge", _SURGE),
        ("partitions", {"rollout": {"partitions": 1}}),
        ("publishNotReady", {"headlessService": {"publishNotReady": True}}),
    ],
    "daemon": [
        ("replicas", {"replicas": 2}),
        ("persistence", {"persistence": {"enabled": True}}),
        ("podDisruptionBudget", {"podDisruptionBudget": {"enabled": True}}),
        ("topologySpread", {"topologySpread": {"enabled": True}}),
        ("maxsurge", {"rollout": {"maxsurge": 1}}),
    ],
}
WRONG: dict[str, list[Row]] = {
    "worker": [
        ("strategy", {"rollout": {"strategy": "canary"}}),
        ("port", {"port": -1}),
        ("enabled", {"podMonitor": {"enabled": "yes"}}),
    ],
    "stateful": [
        ("port", {"port": 0}),
        ("replicas", {"replicas": None}),
        ("strategy", {"rollout": {"strategy": "recreate"}}),
        ("partition", {"rollout": {"partition": -1}}),
        ("partition", {"rollout": {"partition": "1"}}),
        ("podManagementPolicy", {"rollout": {"podManagementPolicy": "parallel"}}),
        ("size", {"persistence": {"size": "10GB"}}),
        ("size", {"persistence": {"size": 10}}),
        ("accessModes", {"persistence": {"accessModes": ["RWO"]}}),
        ("whenDeleted", {"persistence": {"whenDeleted": "Recycle"}}),
        ("mountPath", {"persistence": {"mountPath": "data"}}),
        ("persistence", {"persistence": None}),
        ("publishNotReadyAddresses", {"headlessService": {"publishNotReadyAddresses": "yes"}}),
    ],
    "daemon": [
        ("strategy", {"rollout": {"strategy": "recreate"}}),
        ("maxUnavailable", {"rollout": {"maxUnavailable": "10"}}),
        ("maxSurge", {"rollout": {"maxSurge": None}}),
        ("tolerations", {"tolerations": {"operator": "Exists"}}),
    ],
}
DANGEROUS: dict[str, list[Row]] = {
    "worker": [
        ("probes.readiness: ", {"port": 0}),
        ("probes.startup: ", {**_NO_PORT, "probes": {**_NO_PORT["probes"], "startup": {"path": "/"}}}),
        ("podMonitor.enabled: ", {**_NO_PORT, "podMonitor": {"enabled": True}}),
        ("rollout.preStopSleepSeconds: ", {"rollout": {"preStopSleepSeconds": 45}}),
        ("persistence.accessModes: ", {"persistence": {"enabled": True, "accessModes": ["ReadWriteOnce"]}}),
    ],
    "stateful": [
        ("rollout.partition: ", {"rollout": {"strategy": "onDelete", "partition": 1}}),
        ("rollout.preStopSleepSeconds: ", {"rollout": {"preStopSleepSeconds": 60}}),
        ("route.parentRefs: ", {"route": {"enabled": True}}),
    ],
    "daemon": [
        ("rollout.maxSurge: ", _SURGE),
        ("rollout.maxSurge: ", {"rollout": {"maxSurge": "10%", "maxUnavailable": "10%"}}),
        ("rollout.maxUnavailable: ", {"rollout": {"maxUnavailable": 0}}),
        ("rollout.maxUnavailable: ", {"rollout": {"maxUnavailable": "0%"}}),
        ("probes.readiness: ", {"port": 0}),
        ("rollout.preStopSleepSeconds: ", {"rollout": {"preStopSleepSeconds": 30}}),
    ],
}
