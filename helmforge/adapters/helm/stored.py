"""Reads what Helm keeps of releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from helmforge.adapters.helm.failures import cluster_failure
from helmforge.domain.cluster import StoredRelease

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.adapters.helm.versions import HelmVersion
    from helmforge.adapters.process import Completed
    from helmforge.domain.cluster import ReleaseKey
    from helmforge.domain.names import Namespace
    from helmforge.domain.settings import Cluster

# Hexadecimal, because names and contents may hold anything; `helm get` has no other way to the chart.
_TEMPLATE = (
    '{{range $k, $v := .Release.Labels}}{{printf "label %x %x\\n" $k $v}}{{end}}'
    '{{range .Release.Chart.Templates}}{{printf "template %x %x\\n" .Name .Data}}{{end}}'
)


def place(cluster: Cluster, namespace: Namespace) -> list[str]:
    context = ["--kube-context", cluster.context] if cluster.context else []
    return ["--namespace", namespace, *context]


def stored_release(call: Callable[[list[str]], Completed], key: ReleaseKey, revision: int) -> StoredRelease:
    where = ["--revision", str(revision), *place(key.cluster, key.namespace)]
    values = call(["get", "values", *where, "--output", "json", "--", key.name])
    parts = call(["get", "all", *where, "--template", _TEMPLATE, "--", key.name])
    for completed in (values, parts):
        if completed.code != 0:
            raise cluster_failure(completed, f"cannot read revision {revision} of the release {key.name}")
    lines = [line.split(" ") for line in parts.out.splitlines()]
    return StoredRelease(
        labels={name.decode(): value.decode() for name, value in _pairs(lines, "label").items()},
        values=json.loads(values.out) or {},
        templates={name.decode(): content for name, content in _pairs(lines, "template").items()},
    )


def _pairs(lines: list[list[str]], kind: str) -> Mapping[bytes, bytes]:
    """An empty text is an empty word."""
    return {
        bytes.fromhex(line[1]): bytes.fromhex(line[2])
        for line in lines
        if line[0] == kind and len(line) == 3  # noqa: PLR2004 - kind, name, content
    }


def releases_in(
    call: Callable[[list[str]], Completed], helm: HelmVersion, cluster: Cluster, namespace: Namespace
) -> tuple[str, ...]:
    completed = call(
        ["list", *place(cluster, namespace), *helm.every_state, "--max", "0", "--output", "json"]
    )
    if completed.code != 0:
        raise cluster_failure(completed, f"cannot list the releases in {namespace}")
    return tuple(
        sorted(str(item["name"]) for item in json.loads(completed.out) if item["status"] != "uninstalled")
    )
