"""A deployer bound by the chart of a namespace runs Helm on the real API server, with the rights it has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.everything import EVERYTHING
from tests.charts.helm import ANSWERS, DIGEST, OTHER_DIGEST, scaffold
from tests.charts.types import overlaid
from tests.e2e.namespaces import administrator, deployed
from tests.support.cluster import OTHER_CLUSTER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.deployers import Administrator, Deployer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that become ready without an image"),
]
Values = dict[str, Any]
# Everything of a web chart but what needs a custom resource, or a cloud.
FULL: Values = overlaid(
    EVERYTHING,
    {
        "image": {"tag": "", "digest": DIGEST},
        "route": {"enabled": False},
        "serviceMonitor": {"enabled": False},
        "secrets": {"external": None, "csi": None},
        "service": {"type": "NodePort", "nodePort": 0, "loadBalancerClass": ""},
        "ports": {"grpc": {"nodePort": 0}},
        "priorityClassName": "",
        "persistence": {"storageClass": ""},
        "canary": {"headers": None},
    },
)
OTHER_IMAGE: Values = {"image": {"digest": OTHER_DIGEST}}
NEVER_READY: Values = {"podAnnotations": {"sandbox.helmforge.dev/rollout": "never-ready"}}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return scaffold(ANSWERS, tmp_path / "web")


@pytest.fixture(params=["helm3", "helm4"])
def admin(request: pytest.FixtureRequest, control_plane: Path, tmp_path: Path) -> Iterator[Administrator]:
    with administrator(request.param, control_plane, tmp_path) as made:
        yield made


@pytest.fixture
def deployer(admin: Administrator) -> Iterator[Deployer]:
    """It may touch the Role that the values of a web chart bring, and no other."""
    with deployed(admin, {"deployer": {"roles": ["notification"]}}) as made:
        yield made


def test_a_whole_life_of_a_service(deployer: Deployer, web: Path, admin: Administrator) -> None:
    """Under Pod Security `restricted`, within the quota, with everything that a web chart has."""
    where = f"--namespace={deployer.namespace}"
    _good(deployer.upgrade(web, FULL))
    _good(deployer.upgrade(web, overlaid(FULL, OTHER_IMAGE)))
    _good(deployer.run_helm("test", "notification", where))

    failed = deployer.upgrade(web, overlaid(FULL, NEVER_READY), "--timeout=5s")
    assert failed.code != 0
    assert "forbidden" not in failed.err
    assert deployer.kubectl("get", "events", "--field-selector=type=Warning").code == 0
    logs = deployer.kubectl("logs", "--selector=app.kubernetes.io/instance=notification")
    assert "forbidden" not in logs.err
    _good(deployer.run_helm("rollback", "notification", "2", where, "--wait", "--timeout=60s"))

    plain: Values = {"image": {"digest": DIGEST}, "networkPolicy": {"enabled": False}}
    _good(deployer.upgrade(web, plain))  # deletes what was switched on
    _good(deployer.run_helm("uninstall", "notification", where, "--wait", "--timeout=60s"))
    kinds = "deployments,services,secrets,configmaps,roles,rolebindings,serviceaccounts,networkpolicies"
    ours = "--selector=app.kubernetes.io/name=notification"
    assert admin.kubectl("get", kinds, where, ours, "--output=name") == ""


NEEDED = [
    ("create", "secrets", "install"),
    ("create", "deployments", "install"),
    ("list", "replicasets", "install"),
    ("update", "secrets", "upgrade"),
    ("patch", "deployments", "upgrade"),
    ("delete", "networkpolicies", "uninstall"),
]
# Where Helm does not say which right it lacks.
VAGUE = {
    ("helm3", "delete"): "failed to delete release: notification",
    ("helm4", "delete"): "failed to delete release: notification",
    ("helm4", "list"): "not ready. status: Unknown",
}


@pytest.mark.parametrize(
    ("admin", "helm", "verb", "resource", "doing"),
    [(helm, helm, *right) for helm in ("helm3", "helm4") for right in NEEDED]
    + [("helm4", "helm4", "watch", "deployments", "install")],
    indirect=["admin"],
)
def test_each_right_is_needed(
    deployer: Deployer,
    admin: Administrator,
    web: Path,
    helm: str,
    verb: str,
    resource: str,
    doing: str,
) -> None:
    """Without it, that fails for which it is there. Helm 3 does not watch while it waits."""
    values: Values = {"image": {"digest": DIGEST}}
    if doing != "install":
        _good(deployer.upgrade(web, values))
    admin.forbid(deployer, verb, resource)
    if doing == "uninstall":
        failed = deployer.run_helm("uninstall", "notification", f"--namespace={deployer.namespace}")
    else:
        failed = deployer.upgrade(web, overlaid(values, OTHER_IMAGE), "--timeout=15s")
    assert failed.code != 0
    assert VAGUE.get((helm, verb), f'cannot {verb} resource "{resource}"') in failed.err


def _good(ran: Any) -> None:
    assert ran.code == 0, ran.err
