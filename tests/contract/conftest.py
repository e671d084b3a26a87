from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.controlplane import CONTEXTS
from helmforge.sandbox.emulator.client import kubeconfig as emulated_kubeconfig
from tests.contract.cluster import EmulatedCluster, OtherCluster, SandboxCluster
from tests.support.cluster import OTHER_CLUSTER, copy_with_contexts, shared_control_plane
from tests.support.emulated import emulated_api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.cluster import Cluster


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("emulated", marks=pytest.mark.integration),
        pytest.param("real", marks=pytest.mark.e2e),
    ],
)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The emulated API, and a real one: the control plane sandbox, or HELMFORGE_E2E_KUBECONFIG."""
    found: Cluster = request.getfixturevalue(f"{request.param}_cluster")
    return found


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    name = f"contract-{secrets.token_hex(4)}"
    cluster.kubectl("create", "namespace", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="session")
def emulated_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("emulated")
    with emulated_api(folder) as server:
        config = folder / "kubeconfig"
        config.write_text(emulated_kubeconfig(server, contexts=CONTEXTS), encoding="utf-8")
        yield EmulatedCluster(config, folder, server)


@pytest.fixture(scope="session")
def real_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("real")
    config = home / "kubeconfig"
    if other := os.environ.get(OTHER_CLUSTER):
        copy_with_contexts(Path(other), config, CONTEXTS)
        yield OtherCluster(config, home)
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_control_plane(shared / "controlplane") as kubeconfig:
        yield SandboxCluster(kubeconfig, home)
