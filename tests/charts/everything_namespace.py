"""The variants of the type `namespace`: everything switched on, and no fences."""

from __future__ import annotations

from typing import Any

Values = dict[str, Any]

NAMESPACE_EVERYTHING: Values = {
    "labels": {"example.com/gateway": "public"},
    "annotations": {"example.com/owner": "shop"},
    "podSecurity": {
        "enforce": {"level": "baseline", "version": "v1.30"},
        "audit": {"level": "restricted", "version": "v1.33"},
        "warn": {"level": "restricted", "version": "latest"},
    },
    "quota": {"hard": {"pods": 40, "requests.cpu": 1.5, "count/secrets": 1000000, "limits.memory": "20Gi"}},
    "limitRange": {
        "container": {
            "default": {"cpu": 1, "memory": "128Mi"},
            "defaultRequest": {"cpu": "100m"},
            "min": {"cpu": "5m"},
            "max": {"memory": "4Gi"},
            "maxLimitRequestRatio": {"cpu": 1000},
        },
        "pod": {"min": {"cpu": "5m"}, "max": {"memory": "8Gi"}, "maxLimitRequestRatio": {"cpu": 1000}},
        "persistentVolumeClaim": {"min": {"storage": "1Mi"}, "max": {"storage": "50Gi"}},
    },
    "networkPolicy": {
        "denyEgress": True,
        "dns": [{"namespaceSelector": {"matchLabels": {"example.com/dns": "yes"}}}],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    },
    "imagePolicy": {"enabled": True, "repositories": ["myrepo.cr.io/prod", "localhost:5000"]},
    "deployer": {
        "users": ["ci@example.com"],
        "groups": ["shop-release-managers"],
        "serviceAccounts": [{"name": "ci", "namespace": "build"}, {"name": "local"}],
        "serviceAccount": {"create": True, "annotations": {"example.com/identity": "shop"}},
        "roles": ["notification"],
        "extraRules": [
            {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
            {
                "apiGroups": ["example.com"],
                "resources": ["queues"],
                "resourceNames": ["mail"],
                "verbs": ["get", "patch"],
            },
        ],
    },
    "extraObjects": [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "team", "namespace": "{{ .Values.namespace }}"},
        }
    ],
}
# No fences, but for what the Namespace itself says.
NAMESPACE_OPEN: Values = {
    "quota": {"enabled": False},
    "limitRange": {"enabled": False},
    "networkPolicy": {"enabled": False},
}
