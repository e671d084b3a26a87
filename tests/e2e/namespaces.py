"""An administrator with the chart of a namespace, and namespaces that go with the test."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.charts.helm import scaffold
from tests.charts.types import answers
from tests.support.deployers import Administrator
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.deployers import Deployer


@contextlib.contextmanager
def administrator(program: str, kubeconfig: Path, folder: Path) -> Iterator[Administrator]:
    """`program` is helm3 or helm4. All namespaces are deleted whose names begin with `prefix`."""
    prefix = f"t-{secrets.token_hex(4)}"
    chart = scaffold(replace(answers("namespace"), service="shop-namespace"), folder / "namespace")
    made = Administrator(require_tool(program), kubeconfig, chart, prefix, folder)
    yield made
    policies = "validatingadmissionpolicies,validatingadmissionpolicybindings"
    for policy in made.kubectl("get", policies, "--output=name").split():
        if policy.partition("/")[2].startswith(f"{prefix}-"):
            made.kubectl("delete", policy)
    for namespace in made.kubectl("get", "namespaces", "--output=name").split():
        if namespace.startswith(f"namespace/{prefix}-"):
            made.kubectl("delete", namespace, "--wait=false")


@contextlib.contextmanager
def deployed(admin: Administrator, values: Mapping[str, object]) -> Iterator[Deployer]:
    """The deployer of a new namespace, in which a web chart finds a volume."""
    namespace = f"{admin.prefix}-qa"
    ran = admin.apply(namespace, values)
    assert ran.code == 0, ran.err
    admin.kubectl("apply", "--filename=-", stdin=json.dumps(_volume(namespace)))
    yield admin.deployer(namespace)
    admin.kubectl("delete", "persistentvolume", namespace, "--wait=false")


def _volume(namespace: str) -> Any:
    spec = {
        "capacity": {"storage": "10Gi"},
        "accessModes": ["ReadWriteMany"],
        "hostPath": {"path": "/nowhere"},
        "claimRef": {"namespace": namespace, "name": "notification"},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": namespace}, "spec": spec}
