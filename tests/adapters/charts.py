"""A small chart whose upgrades can be made to fail in every way that Helm knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {app.kubernetes.io/instance: {{ .Release.Name }}}
data:
  text: {{ required "text is required" .Values.text | quote }}
"""
_DEPLOYMENT = """\
{{- if .Values.pods }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {app.kubernetes.io/instance: {{ .Release.Name }}}
spec:
  replicas: 1
  selector: {matchLabels: {app: {{ .Values.selector }}}}
  strategy: {rollingUpdate: {maxUnavailable: 0}}
  template:
    metadata:
      labels: {app: {{ .Values.selector }}, app.kubernetes.io/instance: {{ .Release.Name }}}
    spec:
      nodeSelector: {{ toJson .Values.nodeSelector }}
      containers:
        - name: app
          image: registry.invalid/shop:1
          env: [{name: TEXT, value: {{ .Values.text | quote }}}]
{{- end }}
"""
_VALUES = {"text": "one", "pods": False, "selector": "shop", "nodeSelector": {}}


def write_chart(folder: Path, *, version: str = "1.2.3") -> Path:
    chart = folder / "shop"
    (chart / "templates").mkdir(parents=True)
    about = {
        "apiVersion": "v2",
        "name": "shop",
        "version": version,
        "appVersion": "v1",
        "icon": "https://x.invalid/",
    }
    (chart / "Chart.yaml").write_text(json.dumps(about), encoding="utf-8")
    (chart / "values.yaml").write_text(json.dumps(_VALUES), encoding="utf-8")
    (chart / "templates" / "configmap.yaml").write_text(_CONFIG_MAP, encoding="utf-8")
    (chart / "templates" / "deployment.yaml").write_text(_DEPLOYMENT, encoding="utf-8")
    return chart


def write_values(folder: Path, name: str = "values-qa.yaml", **values: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(values), encoding="utf-8")
    return path
