"""The watch behind test_rollouts.py misses nothing, however short it lasts."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cluster import kubectl
from tests.support.endpoints import EndpointWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e
PODS = ("one", "two")


@pytest.fixture
def namespace(control_plane: Path) -> Iterator[str]:
    """With two EndpointSlices of the Service `web`, in each of which one pod is ready."""
    name = f"t-{secrets.token_hex(4)}"
    kubectl(control_plane, "create", "namespace", name)
    for pod in PODS:
        kubectl(control_plane, "create", f"--namespace={name}", "-f-", stdin=_slice(pod, ready=True))
    yield name
    kubectl(control_plane, "delete", "namespace", name, "--wait=false")


def test_every_moment_is_seen(control_plane: Path, namespace: str, tmp_path: Path) -> None:
    here = f"--namespace={namespace}"
    with EndpointWatch(control_plane, namespace, "web", tmp_path) as watch:
        assert watch.moments() == [{"one", "two"}]
        kubectl(control_plane, "delete", "endpointslice", "one", here)
        for ready in (False, True):
            kubectl(control_plane, "replace", here, "-f-", stdin=_slice("two", ready=ready))
        kubectl(control_plane, "create", here, "-f-", stdin=_slice("other", ready=True, service="other"))

        assert watch.moments() == [{"one", "two"}, {"two"}, set(), {"two"}]
        assert watch.moments() == [{"two"}]


def _slice(pod: str, *, ready: bool, service: str = "web") -> str:
    endpoint: dict[str, Any] = {"addresses": ["10.0.0.1"], "conditions": {"ready": ready}}
    endpoint["targetRef"] = {"kind": "Pod", "name": pod}
    return json.dumps(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": pod, "labels": {"kubernetes.io/service-name": service}},
            "addressType": "IPv4",
            "endpoints": [endpoint],
        }
    )
