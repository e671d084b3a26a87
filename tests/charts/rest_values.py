"""What the variants of the types leave out, so that every key is set somewhere.

Both are cut down to what a type knows: a new type gets them without a line of its own.
"""

from __future__ import annotations

from typing import Any

from tests.charts.helm import DIGEST

Values = dict[str, Any]

# A variant of every type, to be judged as the others.
REST: Values = {
    "replicas": 3,
    "image": {"repository": "myrepo.cr.io/shop/other", "pullPolicy": "Always"},
    "port": 9000,
    "resources": {
        "requests": {"cpu": "10m", "memory": "32Mi"},
        "limits": {"cpu": "1", "memory": "256Mi"},
    },
    "probes": {
        "startup": {"grpc": {"port": 9000}, "terminationGracePeriodSeconds": 20},
        "readiness": {
            "httpGet": {"path": "/ready", "port": "http"},
            "initialDelaySeconds": 2,
            "periodSeconds": 3,
            "timeoutSeconds": 2,
            "successThreshold": 2,
        },
        "liveness": {"exec": {"command": ["/app/alive"]}},
    },
    "config": {"files": {"app.yaml": "a: 1\n"}, "mountPath": "/etc/shop"},
    "secrets": {
        "files": {
            "tls": {
                "secret": "shop-tls",
                "mountPath": "/tls",
                "optional": True,
                "items": [{"key": "tls.crt", "path": "server.crt"}],
            }
        }
    },
    "securityContext": {"runAsUser": 10003},
    "serviceAccount": {"name": "shop"},
    "service": {"port": 8081},
    "ports": {"admin": {"port": 9091, "servicePort": 91}},
    "serviceMonitor": {"enabled": True, "path": "/stats", "interval": "15s", "scrapeTimeout": "5s"},
    "tests": {"enabled": True, "image": f"tools:1@{DIGEST}", "path": "/ready"},
    "rollout": {
        "terminationGracePeriodSeconds": 90,
        "preStopSleepSeconds": 5,
        "progressDeadlineSeconds": 300,
        "revisionHistoryLimit": 1,
    },
    "autoscaling": {"enabled": True, "cpu": 60, "minReplicas": 3, "maxReplicas": 5},
    "podDisruptionBudget": {"maxUnavailable": "25%"},
    "topologySpread": {
        "maxSkew": 2,
        "whenUnsatisfiable": "DoNotSchedule",
        "topologyKeys": ["kubernetes.io/hostname"],
    },
    "persistence": {"enabled": True, "mountPath": "/var/lib/shop", "size": "10Gi"},
}
# Switches turned off, and what excludes a key of REST: a checker may well find something here.
LESS: Values = {
    "replicas": 5,
    "networkPolicy": {"enabled": False},
    "serviceAccount": {"create": False},
    "podDisruptionBudget": {"enabled": False},
    "topologySpread": {"enabled": False},
    "tests": {"enabled": True, "command": ["/app/check"]},
    "persistence": {"enabled": True, "existingClaim": "shop", "accessModes": ["ReadOnlyMany"]},
}
SIZE: Values = {"persistence": {"enabled": True, "accessModes": ["ReadOnlyMany"]}}
