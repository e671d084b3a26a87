"""The variants of worker, stateful and daemon: what EVERYTHING says, as far as the type knows it."""

from __future__ import annotations

from typing import Any

from tests.charts.everything import EVERYTHING
from tests.charts.helm import DIGEST

Values = dict[str, Any]

_EXPOSURE = {"service", "route", "ingress", "serviceMonitor", "tests"}
_TRACKS = {"canary", "blueGreen"}
_SCALING = {"replicas", "autoscaling", "podDisruptionBudget", "topologySpread"}
_STOP = {"terminationGracePeriodSeconds": 90, "preStopSleepSeconds": 5}
# A worker and a daemon have no Service.
_PORTS: Values = {"grpc": {"port": 9090}, "discovery": {"port": 5353, "protocol": "UDP"}}
_POD_MONITOR: Values = {
    "enabled": True,
    "path": "/stats",
    "interval": "15s",
    "scrapeTimeout": "5s",
    "labels": {"release": "prometheus"},
}
_NO_PORT: Values = {
    "port": 0,
    "probes": {
        "readiness": {"exec": {"command": ["/app/ready"]}},
        "liveness": {"exec": {"command": ["/app/alive"]}},
    },
}


def _without(keys: set[str]) -> Values:
    return {key: value for key, value in EVERYTHING.items() if key not in keys}


WORKER_EVERYTHING: Values = _without(_EXPOSURE | _TRACKS) | {
    "ports": _PORTS,
    "podMonitor": _POD_MONITOR,
    "rollout": {
        "strategy": "rolling",
        "maxSurge": "50%",
        "maxUnavailable": 1,
        "minReadySeconds": 5,
        "progressDeadlineSeconds": 300,
        "revisionHistoryLimit": 1,
        **_STOP,
    },
}
# One pod with a volume of one node, and without a port.
WORKER_ALONE: Values = _NO_PORT | {
    "image": {"digest": DIGEST},
    "replicas": 1,
    "rollout": {"strategy": "recreate"},
    "persistence": {"enabled": True, "accessModes": ["ReadWriteOnce"], "existingClaim": "queue"},
}

STATEFUL_EVERYTHING: Values = _without(_TRACKS | {"autoscaling"}) | {
    "persistence": {
        "enabled": True,
        "mountPath": "/var/lib/shop",
        "size": "10Gi",
        "storageClass": "fast",
        "accessModes": ["ReadWriteOncePod"],
        "annotations": {"example.com/backup": "daily"},
        "whenDeleted": "Delete",
        "whenScaled": "Delete",
    },
    "headlessService": {"publishNotReadyAddresses": False},
    "rollout": {
        "strategy": "rolling",
        "partition": 2,
        "podManagementPolicy": "Parallel",
        "minReadySeconds": 5,
        "revisionHistoryLimit": 1,
        **_STOP,
    },
}
# By hand, and with nothing to keep.
STATEFUL_BY_HAND: Values = {
    "replicas": 2,
    "rollout": {"strategy": "onDelete"},
    "persistence": {"enabled": False},
}

DAEMON_EVERYTHING: Values = _without(_EXPOSURE | _TRACKS | _SCALING | {"persistence"}) | {
    "ports": _PORTS,
    "podMonitor": _POD_MONITOR,
    "rollout": {
        "strategy": "rolling",
        "maxUnavailable": 0,
        "maxSurge": "10%",
        "minReadySeconds": 5,
        "revisionHistoryLimit": 1,
        **_STOP,
    },
}
DAEMON_BY_HAND: Values = _NO_PORT | {"rollout": {"strategy": "onDelete"}}
