"""The whole of helmforge's deployment, run by a deployer whose rights are those of the namespace's chart."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.controlplane import CONTEXTS
from tests.e2e.namespaces import administrator
from tests.support.cluster import OTHER_CLUSTER, copy_with_contexts
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.deployers import Administrator

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that become ready without an image"),
]
BROKEN = "podAnnotations: {sandbox.helmforge.dev/rollout: image-pull}\n"


@pytest.fixture(params=["helm3", "helm4"])
def admin(request: pytest.FixtureRequest, control_plane: Path, tmp_path: Path) -> Iterator[Administrator]:
    with administrator(request.param, control_plane, tmp_path) as made:
        yield made


@pytest.fixture
def shop(admin: Administrator, tmp_path: Path) -> Iterator[Shop]:
    assert admin.apply(f"{admin.prefix}-qa").code == 0
    kubeconfig = tmp_path / "kubeconfig"
    copy_with_contexts(admin.deployer(f"{admin.prefix}-qa").kubeconfig, kubeconfig, CONTEXTS)
    with RegistryServer(tmp_path / "registry") as registry, _identifying(admin):
        yield Shop(tmp_path / "shop", registry.address, Place(kubeconfig, admin.helm, admin.prefix))


@contextlib.contextmanager
def _identifying(admin: Administrator) -> Iterator[None]:
    """As docs/types/namespace.md says, once for each cluster."""
    named = ("--namespace=kube-system", f"{admin.prefix}-identity")
    rights = ("--verb=get", "--resource=namespaces", "--resource-name=kube-system")
    subject = (f"--role={named[1]}", f"--serviceaccount={admin.home}:pipeline")
    admin.kubectl("create", "role", *named, *rights)
    admin.kubectl("create", "rolebinding", *named, *subject)
    yield
    admin.kubectl("delete", "role,rolebinding", *named)


def test_release_failure_and_rollback(shop: Shop, admin: Administrator) -> None:
    """In an environment with a `cluster.id`; nothing is refused for want of a right."""
    _demand_cluster(shop, admin)
    shop.release("v1.0.0")
    shop.change("services/notification/index.html", "second\n")
    shop.release("v1.1.0")
    shop.change("services/notification/chart/values-qa.yaml", BROKEN)
    shop.cut("v1.2.0")
    failed = shop.run("pipeline", "run")
    assert failed.code == 1, failed.err
    said = failed.out + failed.err
    assert "ImagePullBackOff" in said
    assert "forbidden" not in said.lower()
    assert _version(shop) == "v1.1.0"

    shop.repo.checkout("main")
    shop.good("release", "rollback", "notification", "v1.0.0", "--env", "qa")
    assert _version(shop) == "v1.0.0"


def _demand_cluster(shop: Shop, admin: Administrator) -> None:
    uid = admin.object("namespace", "kube-system", "kube-system")["metadata"]["uid"]
    settings = (shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    marked = settings.replace("{context: dev}", f"{{context: dev, id: {uid}}}")
    assert marked != settings
    shop.change("helmforge.yaml", marked)


def _version(shop: Shop) -> str:
    rows = shop.run("release", "status", "notification", "-o", "json").document["services"]
    [version] = [row["version"] for row in rows if row["environment"] == "qa"]
    return str(version)
