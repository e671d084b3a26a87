"""A team's world for the generated workflow: monorepo, remote, registry, cluster."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.road.conftest import emulated
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["emulated"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, emulated: Path) -> Iterator[Shop]:
    """With the workflow on the trunk."""
    folder = tmp_path_factory.mktemp("github")
    place = Place(emulated, require_tool("helm4"), f"t{secrets.token_hex(4)}")
    with RegistryServer(folder / "registry") as registry:
        made = Shop(folder / "shop", registry.address, place)
        for namespace in (place.qa, place.prod):
            made.kubectl("create", "namespace", namespace, "--context=dev")
        made.good("pipeline", "generate", "github")
        made.repo.commit("workflow")
        made.repo.push("main")
        made.repo.git("fetch", "--quiet")
        yield made
