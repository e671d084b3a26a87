"""The road from commit to production: the emulated API with Helm 4, a real one with Helm 3 and Helm 4."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.controlplane import CONTEXTS
from helmforge.sandbox.emulator.client import kubeconfig as emulated_kubeconfig
from tests.e2e.conftest import control_plane
from tests.road.scene import Scene
from tests.support.emulated import emulated_api
from tests.support.faulty_registry import FaultyRegistry
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["control_plane"]


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("emulated")
    with emulated_api(folder) as server:
        config = folder / "kubeconfig"
        config.write_text(emulated_kubeconfig(server, contexts=CONTEXTS), encoding="utf-8")
        yield config


PLACES = [
    pytest.param(("emulated", "helm4"), id="emulated-helm4", marks=pytest.mark.integration),
    pytest.param(("control_plane", "helm4"), id="real-helm4", marks=pytest.mark.e2e),
    pytest.param(("control_plane", "helm3"), id="real-helm3", marks=pytest.mark.e2e),
]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Place:
    cluster, helm = request.param
    kubeconfig: Path = request.getfixturevalue(cluster)
    return Place(kubeconfig, require_tool(helm), f"t{secrets.token_hex(4)}")


@pytest.fixture
def shop(tmp_path: Path, place: Place) -> Iterator[Shop]:
    with RegistryServer(tmp_path / "registry") as registry:
        made = Shop(tmp_path / "shop", registry.address, place)
        for namespace in (place.qa, place.prod):
            made.kubectl("create", "namespace", namespace, "--context=dev")
            made.kubectl(
                "label",
                "namespace",
                namespace,
                "--context=dev",
                "pod-security.kubernetes.io/enforce=restricted",
            )
        yield made
        for namespace in (place.qa, place.prod):
            made.kubectl("delete", "namespace", namespace, "--context=dev", "--wait=false")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, emulated: Path) -> Iterator[Scene]:
    """One shop for the refusals of a module: what is refused leaves nothing that others could see.

    A test that publishes something takes a version of its own.
    """
    folder = tmp_path_factory.mktemp("scene")
    temporary = folder / "temporary"
    temporary.mkdir()
    place = Place(emulated, require_tool("helm4"), f"t{secrets.token_hex(4)}")
    server = json.loads(emulated.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"]
    with RegistryServer(folder / "registry") as registry, FaultyRegistry(registry.address) as proxy:
        shop = Shop(folder / "shop", proxy.address, place)
        shop.repo.environment["TMPDIR"] = str(temporary)
        yield Scene(shop, proxy, registry.folder, server, temporary)


@pytest.fixture(autouse=True)
def trunk_and_healthy(request: pytest.FixtureRequest) -> None:
    """Each test that uses a scene starts on a clean trunk, with a registry that does its work."""
    if "scene" not in request.fixturenames:
        return
    scene: Scene = request.getfixturevalue("scene")
    scene.proxy.heal()
    scene.shop.repo.git("checkout", "--quiet", "--force", "main")
    scene.shop.repo.git("clean", "--quiet", "-fdx")
