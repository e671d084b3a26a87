from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from tests.adapters.clusters import CONTEXTS, ClusterUnderTest, cluster_runner, emulated_cluster
from tests.support.cluster import OTHER_CLUSTER, copy_with_contexts, shared_control_plane
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clean_runner(tmp_path: Path) -> Runner:
    """Programs see nothing of the person who runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    return Runner({"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home)})


@pytest.fixture(params=["helm3", "helm4"])
def helm_program(request: pytest.FixtureRequest) -> Path:
    return require_tool(request.param)


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterUnderTest]:
    with emulated_cluster(tmp_path_factory.mktemp("emulated")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterUnderTest]:
    """The sandbox's control plane, one for all pytest-xdist workers, or HELMFORGE_E2E_KUBECONFIG."""
    config = tmp_path_factory.mktemp("real") / "kubeconfig"
    if other := os.environ.get(OTHER_CLUSTER):
        copy_with_contexts(Path(other), config, CONTEXTS)
        yield ClusterUnderTest(config)
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_control_plane(shared / "controlplane") as kubeconfig:
        yield ClusterUnderTest(kubeconfig)


@pytest.fixture(
    params=[
        pytest.param("emulated", marks=pytest.mark.integration),
        pytest.param("real", marks=pytest.mark.e2e),
    ]
)
def cluster(request: pytest.FixtureRequest) -> ClusterUnderTest:
    found: ClusterUnderTest = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def programs(cluster: ClusterUnderTest, tmp_path: Path) -> Runner:
    return cluster_runner(cluster.kubeconfig, tmp_path)


@pytest.fixture
def key(programs: Runner) -> Iterator[ReleaseKey]:
    """A release in a namespace of its own."""
    namespace = Namespace.parse(f"adapters-{secrets.token_hex(4)}")
    programs.check(["kubectl", "create", "namespace", namespace], what="no namespace")
    yield ReleaseKey(Cluster("dev"), namespace, "shop")
    delete = ["kubectl", "delete", "namespace", namespace, "--wait=false", "--ignore-not-found"]
    programs.check(delete, what="the namespace stays")
