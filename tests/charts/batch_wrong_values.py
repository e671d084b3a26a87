"""Wrong values of cron and job; wrong_values.py explains the rows."""

from __future__ import annotations

from typing import Any

Row = tuple[str, dict[str, Any]]

_ONE_NODE: dict[str, Any] = {"enabled": True, "accessModes": ["ReadWriteOnce"]}
_POLICY: dict[str, Any] = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}
_RUN_MISSPELT: list[Row] = [
    ("port", {"port": 8080}),
    ("probes", {"probes": {"liveness": {"path": "/"}}}),
    ("replicas", {"replicas": 2}),
    ("service", {"service": {"type": "NodePort"}}),
    ("rollout", {"rollout": {"strategy": "rolling"}}),
    ("from", {"networkPolicy": {"from": []}}),
    ("backOffLimit", {"backOffLimit": 1}),
    ("activeDeadline", {"activeDeadline": 60}),
]
_RUN_WRONG: list[Row] = [
    ("restartPolicy", {"restartPolicy": "Always"}),
    ("backoffLimit", {"backoffLimit": -1}),
    ("backoffLimit", {"backoffLimit": None}),
    ("activeDeadlineSeconds", {"activeDeadlineSeconds": "1h"}),
    ("ttlSecondsAfterFinished", {"ttlSecondsAfterFinished": -1}),
    ("completions", {"completions": 0}),
    ("parallelism", {"parallelism": 0}),
    ("completionMode", {"completionMode": "indexed"}),
    ("podFailurePolicy", {"podFailurePolicy": []}),
    ("terminationGracePeriodSeconds", {"terminationGracePeriodSeconds": 0}),
]
_RUN_DANGEROUS: list[Row] = [
    ("podFailurePolicy: ", {"podFailurePolicy": _POLICY, "restartPolicy": "OnFailure"}),
    ("persistence.accessModes: ", {"persistence": _ONE_NODE, "parallelism": 2}),
    ("env.A: ", {"env": {"A": "b"}, "secrets": {"create": {"A": "b"}}}),
]

MISSPELT: dict[str, list[Row]] = {
    "cron": [
        *_RUN_MISSPELT,
        ("timezone", {"timezone": "Europe/Berlin"}),
        ("Schedule", {"Schedule": "@daily"}),
        ("concurrency", {"concurrency": "Forbid"}),
        ("hook", {"hook": {"enabled": True}}),
    ],
    "job": [
        *_RUN_MISSPELT,
        ("schedule", {"schedule": "@daily"}),
        ("event", {"hook": {"event": ["pre-install"]}}),
        ("deletepolicy", {"hook": {"deletepolicy": ["hook-failed"]}}),
    ],
}
WRONG: dict[str, list[Row]] = {
    "cron": [
        *_RUN_WRONG,
        ("schedule", {"schedule": "0 3 * *"}),
        ("schedule", {"schedule": "0 0 3 * * *"}),
        ("schedule", {"schedule": "@noon"}),
        ("schedule", {"schedule": "TZ=Europe/Berlin 0 3 * * *"}),
        ("schedule", {"schedule": "0  3 * * *"}),
        ("schedule", {"schedule": ""}),
        ("schedule", {"schedule": None}),
        ("timeZone", {"timeZone": "Europe/ Berlin"}),
        ("concurrencyPolicy", {"concurrencyPolicy": "forbid"}),
        ("suspend", {"suspend": "no"}),
        ("startingDeadlineSeconds", {"startingDeadlineSeconds": 5}),
        ("successfulJobsHistoryLimit", {"successfulJobsHistoryLimit": -1}),
        ("failedJobsHistoryLimit", {"failedJobsHistoryLimit": None}),
    ],
    "job": [
        *_RUN_WRONG,
        ("run", {"run": 2}),
        ("hook", {"hook": None}),
        ("events", {"hook": {"events": []}}),
        ("events", {"hook": {"events": "pre-install"}}),
        ("events", {"hook": {"events": ["before-install"]}}),
        ("weight", {"hook": {"weight": "1"}}),
        ("deletePolicy", {"hook": {"deletePolicy": ["always"]}}),
    ],
}
DANGEROUS: dict[str, list[Row]] = {
    "cron": [
        *_RUN_DANGEROUS,
        ("schedule: 60 is no minute", {"schedule": "60 3 * * *"}),
        ("schedule: 24 is no hour", {"schedule": "0 24 * * *"}),
        ("schedule: 0 is no day of the month", {"schedule": "0 3 0 * *"}),
        ("schedule: 13 is no month", {"schedule": "0 3 * 13 *"}),
        ("schedule: 7 is no day of the week", {"schedule": "0 3 * * 7"}),
        ("schedule: MO-FR is no day of the week", {"schedule": "0 3 * * MO-FR"}),
        ("schedule: */0 is no minute", {"schedule": "*/0 * * * *"}),
        ("persistence.accessModes: ", {"persistence": _ONE_NODE, "concurrencyPolicy": "Allow"}),
    ],
    "job": [
        *_RUN_DANGEROUS,
        ("ttlSecondsAfterFinished: ", {"ttlSecondsAfterFinished": 600}),
        ("hook.deletePolicy: ", {"hook": {"enabled": True, "deletePolicy": ["hook-succeeded"]}}),
        ("persistence.existingClaim: ", {"hook": {"enabled": True}, "persistence": {"enabled": True}}),
    ],
}
