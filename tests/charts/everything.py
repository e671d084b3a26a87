"""Values that switch on everything a web chart can do."""

from __future__ import annotations

from typing import Any

from tests.charts.helm import DIGEST, OTHER_DIGEST

_TCP_PROBE = {"tcpSocket": {"port": 1}}

EVERYTHING: dict[str, Any] = {
    "replicas": 3,
    "image": {"tag": "1.2.0", "digest": DIGEST},
    "imagePullSecrets": ["login"],
    "command": ["/bin/app"],
    "args": ["--verbose"],
    "podLabels": {"team": "shop"},
    "podAnnotations": {"example.com/inject": "true"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
    "podSecurityContext": {"supplementalGroups": [1000660000]},
    "metricsPort": 9100,
    "ports": {
        "grpc": {"port": 9090, "appProtocol": "kubernetes.io/h2c", "nodePort": 30001},
        "discovery": {"port": 5353, "protocol": "UDP", "expose": False},
    },
    "probes": {
        "startup": {"tcpSocket": {"port": "http"}, "failureThreshold": 30},
        "liveness": {"path": "/live", "port": 8080},
    },
    "env": {
        "LARGE": 1000000,
        "DEBUG": False,
        "DB_PASSWORD": {"secret": "db", "key": "password"},
        "REGION": {"configMap": "site", "key": "region", "optional": True},
        "POD_IP": {"field": "status.podIP"},
        "MEMORY": {"resource": "limits.memory"},
        "A_URL": "postgres://app:$(DB_PASSWORD)@db/app?key=$(API_KEY)",
    },
    "envFrom": [{"secretRef": {"name": "more"}}],
    "config": {"env": {"LEVEL": "info", "COUNT": 3}, "files": {"app.yaml": "a: 1\nb: <&>\n"}},
    "secrets": {
        "create": {"API_KEY": "for tests only"},
        "files": {"tls": {"secret": "shop-tls", "mountPath": "/tls", "defaultMode": 288}},
        "external": {
            "db": {"store": "vault", "keys": {"DB_USER": {"key": "shop/db", "property": "user"}}},
            "cert": {
                "store": "vault",
                "storeKind": "ClusterSecretStore",
                "refreshInterval": "10m",
                "mountPath": "/cert",
                "keys": {"ca.crt": {"key": "shop/ca"}},
            },
        },
        "csi": {"vault": {"provider": "vault", "mountPath": "/vault", "parameters": {"roleName": "shop"}}},
    },
    "persistence": {
        "enabled": True,
        "storageClass": "fast",
        "annotations": {"helm.sh/resource-policy": "keep"},
    },
    "tmpDirs": ["/tmp", "/var/cache"],
    "volumes": {"scratch": {"emptyDir": {"medium": "Memory"}}},
    "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
    "initContainers": {
        "10-migrate": {"command": ["migrate"], "env": {"DEBUG": True}},
        "00-proxy": {
            "image": f"proxy:1@{DIGEST}",
            "restartPolicy": "Always",
            "livenessProbe": _TCP_PROBE,
            "readinessProbe": _TCP_PROBE,
        },
    },
    "sidecars": {
        "logs": {
            "image": f"logs:1@{DIGEST}",
            "env": {"TARGET": "loki", "URL": "http://$(TARGET)"},
            "resources": {
                "requests": {"cpu": "5m", "memory": "16Mi"},
                "limits": {"cpu": "1", "memory": "32Mi"},
            },
            "securityContext": {"runAsUser": 10002},
            "livenessProbe": _TCP_PROBE,
            "readinessProbe": _TCP_PROBE,
        }
    },
    "service": {
        "type": "LoadBalancer",
        "nodePort": 30000,
        "appProtocol": "http",
        "annotations": {"example.com/internal": "true"},
        "externalTrafficPolicy": "Local",
        "internalTrafficPolicy": "Cluster",
        "sessionAffinity": "ClientIP",
        "loadBalancerClass": "example.com/fast",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
    },
    "route": {
        "enabled": True,
        "hosts": ["shop.example.com"],
        "parentRefs": [{"name": "public", "namespace": "gateways"}],
        "paths": [{"path": "/api"}, {"path": "/exact", "type": "Exact"}],
        "filters": [
            {
                "type": "RequestHeaderModifier",
                "requestHeaderModifier": {"set": [{"name": "x-a", "value": "b"}]},
            }
        ],
        "annotations": {"example.com/owner": "shop"},
    },
    "ingress": {
        "enabled": True,
        "className": "traefik",
        "annotations": {"example.com/rate": "10"},
        "hosts": ["a.example.com", "b.example.com"],
        "paths": [{"path": "/"}, {"path": "/grpc", "pathType": "Exact", "port": "grpc"}],
        "tls": {"enabled": True, "secretName": "shop-tls"},
    },
    "rollout": {"strategy": "canary", "maxSurge": 1, "maxUnavailable": "10%", "minReadySeconds": 5},
    "canary": {
        "image": {"digest": OTHER_DIGEST},
        "weight": 10,
        "replicas": 1,
        "headers": {"X-Canary": "yes"},
        "env": {"DEBUG": True},
        "config": {"env": {"LEVEL": "debug"}},
    },
    "autoscaling": {
        "enabled": True,
        "memory": 80,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}},
        "metrics": [
            {
                "type": "Pods",
                "pods": {
                    "metric": {"name": "queue"},
                    "target": {"type": "AverageValue", "averageValue": "5"},
                },
            }
        ],
    },
    "serviceAccount": {"annotations": {"example.com/identity": "shop"}},
    "rbac": {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]},
    "networkPolicy": {
        "from": [{"podSelector": {}}],
        "restrictEgress": True,
        "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}],
    },
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "tests": {"enabled": True},
    "extraObjects": [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "{{ .Release.Name }}-more", "namespace": "{{ .Release.Namespace }}"},
        }
    ],
}
