"""A real registry for the session, a faulty proxy in front of it for each test, and clients of both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.adapters.registry.connecting import Connect
from tests.adapters.registry.pushing import Pusher
from tests.adapters.registry.routes import made
from tests.support.faulty_registry import FaultyRegistry
from tests.support.referrers_registry import serving
from tests.support.registry import RegistryServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.adapters.registry.routes import Route


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def private_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path_factory.mktemp("private-registry"), auth=True) as running:
        yield running


@pytest.fixture(scope="session")
def modern_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry with the Referrers API."""
    with serving(tmp_path_factory.mktemp("modern-registry") / "log") as address:
        yield address


@pytest.fixture
def faulty(server: RegistryServer) -> Iterator[FaultyRegistry]:
    with FaultyRegistry(server.address) as running:
        yield running


@pytest.fixture
def shop(faulty: FaultyRegistry) -> Pusher:
    """A fresh repository behind the faulty proxy."""
    return Pusher(faulty.address)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect({"HOME": str(tmp_path), "PATH": os.environ.get("PATH", os.defpath)})


@pytest.fixture
def route(connect: Connect, shop: Pusher, faulty: FaultyRegistry, server: RegistryServer) -> Iterator[Route]:
    with FaultyRegistry(server.address) as target:
        yield made(connect, shop, faulty, target)
