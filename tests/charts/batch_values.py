"""The variants of cron and job: what EVERYTHING says, as far as a program that ends knows it."""

from __future__ import annotations

from typing import Any

from tests.charts.everything import EVERYTHING
from tests.charts.helm import DIGEST

Values = dict[str, Any]

# It answers nobody, and runs once.
_SERVING = {"metricsPort", "ports", "probes", "service", "route", "ingress", "serviceMonitor", "tests"}
_REPLICAS = {"replicas", "rollout", "canary", "autoscaling"}

_RUN: Values = {
    "restartPolicy": "Never",
    "backoffLimit": 5,
    "activeDeadlineSeconds": 600,
    "completions": 4,
    "parallelism": 2,
    "completionMode": "Indexed",
    "terminationGracePeriodSeconds": 60,
    "podFailurePolicy": {
        "rules": [
            {
                "action": "FailJob",
                "onExitCodes": {"containerName": "notification", "operator": "In", "values": [42]},
            },
            {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        ]
    },
}
_BASE: Values = {key: value for key, value in EVERYTHING.items() if key not in _SERVING | _REPLICAS} | {
    "networkPolicy": {"restrictEgress": True, "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]},
    **_RUN,
}
_ONE_NODE: Values = {"enabled": True, "accessModes": ["ReadWriteOnce"], "size": "5Gi", "mountPath": "/work"}

CRON_EVERYTHING: Values = _BASE | {
    "schedule": "*/15 6-20 * * MON-FRI",
    "timeZone": "Europe/Berlin",
    "concurrencyPolicy": "Replace",
    "suspend": True,
    "startingDeadlineSeconds": 120,
    "successfulJobsHistoryLimit": 1,
    "failedJobsHistoryLimit": 5,
    "ttlSecondsAfterFinished": 86400,
}
# As often as Kubernetes likes, however long it takes, with a volume of one node.
CRON_LOOSE: Values = {
    "image": {"digest": DIGEST},
    "schedule": "@every 90m",
    "timeZone": "",
    "startingDeadlineSeconds": 0,
    "activeDeadlineSeconds": 0,
    "restartPolicy": "OnFailure",
    "persistence": _ONE_NODE,
}

JOB_EVERYTHING: Values = _BASE | {"run": "2026-11-21"}
# All that its pods need is a hook as well.
JOB_HOOK: Values = _BASE | {
    "hook": {
        "enabled": True,
        "events": ["pre-install", "pre-upgrade"],
        "weight": 5,
        "deletePolicy": ["before-hook-creation", "hook-succeeded"],
    },
    "ttlSecondsAfterFinished": 3600,
    "persistence": {"enabled": True, "existingClaim": "shop"},
}
# The objects of the release are there when it runs.
JOB_AFTERWARDS: Values = {
    "hook": {"enabled": True, "events": ["post-install", "post-upgrade"]},
    "config": {"env": {"LEVEL": "info"}},
    "restartPolicy": "OnFailure",
    "persistence": _ONE_NODE,
}
