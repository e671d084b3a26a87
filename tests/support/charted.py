"""A repository with one service and a small chart that has no findings: tests break one thing of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

CHART = "services/shop/chart"
CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval, imageNamespace: prod}
"""
ABOUT = "apiVersion: v2\nname: shop\nversion: 1.0.0\nicon: https://x.invalid/\n"
VALUES = """\
replicas: 1
image:
  repository: registry.invalid/shop
  tag: "0"
  digest: ""
mode: fast
"""
DEPLOYMENT = """\
{{- if eq .Values.mode "never" }}{{ fail "mode: never is not supported" }}{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: shop
          image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag }}
                 {{- with .Values.image.digest }}@{{ . }}{{ end }}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
HOOK = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-test
  annotations: {helm.sh/hook: test}
"""
_TEXT = {"type": "string"}
SCHEMA = json.dumps(
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "replicas": {"type": "integer", "minimum": 0, "description": "Number of pods."},
            "image": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"repository": _TEXT, "tag": _TEXT, "digest": _TEXT},
            },
            "mode": {"enum": ["fast", "slow", "never"]},
            "verbose": {"type": "boolean"},
        },
    },
    indent=2,
)
FILES = {
    "helmforge.yaml": CONFIG,
    "services/shop/service.yaml": "context: store\n",
    f"{CHART}/Chart.yaml": ABOUT,
    f"{CHART}/values.yaml": VALUES,
    f"{CHART}/values-prod.yaml": "replicas: 3\n",
    f"{CHART}/values.schema.json": SCHEMA,
    f"{CHART}/templates/deployment.yaml": DEPLOYMENT,
    f"{CHART}/templates/hook.yaml": HOOK,
}


def charted(folder: Path, changes: dict[str, str] | None = None) -> Monorepo:
    """`changes` are files of the chart, by their path in it; "" leaves one out."""
    changed = {f"{CHART}/{path}": text for path, text in (changes or {}).items()}
    return Monorepo(folder, {path: text for path, text in (FILES | changed).items() if text})
