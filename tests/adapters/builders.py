"""Every builder that can run here, made alike for the tests that all of them pass."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.builders import Elsewhere, choose_builder
from helmforge.adapters.process import Runner
from helmforge.adapters.registry import OciRegistry
from helmforge.adapters.registry.credentials import Credentials
from helmforge.domain.building import BuilderChoice
from tests.adapters.images import private_store
from tests.support.buildkit import INSTANCE
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from helmforge.flows.ports import Builder
    from tests.support.buildkit import BuildKitServer
    from tests.support.registry import RegistryServer

LOCAL = ("buildah", "podman", "docker")
REMOTE = ("buildkit", "buildx")
# Without a daemon of the user's, or where the program is not part of what setup installs
OPTIONAL = ("podman", "docker")


@dataclass(frozen=True)
class Workshop:
    """A builder, and the folder in which it and helmforge may leave something."""

    kind: str
    builder: Builder
    runner: Runner
    folder: Path

    @property
    def reproducible(self) -> bool:
        """Docker's own image store keeps the time of the build, or not, by its version."""
        return self.kind != "docker"

    @property
    def caches(self) -> bool:
        return self.kind != "docker"


def workshop(kind: str, folder: Path, server: BuildKitServer | None, **variables: str) -> Workshop:
    """`variables` are added to the environment of the builder's programs."""
    folder.mkdir()
    runner = Runner({**_environment(kind, folder, server), **variables})
    if kind in OPTIONAL and runner.find(kind) is None:
        pytest.skip(f"{kind} is not here")
    if kind == "buildah":
        require_tool("buildah")
    choices = {
        "buildkit": BuilderChoice("buildkit", address=server.address if server else ""),
        "buildx": BuilderChoice("docker", instance=INSTANCE),
    }
    images = folder / "images"
    images.mkdir()
    registry = OciRegistry(Credentials({}, runner))
    elsewhere = Elsewhere(lambda: images, registry.upload)
    if kind == "docker" and runner.run(["docker", "version"]).code != 0:
        pytest.skip("no Docker daemon")
    builder = choose_builder(runner, choices.get(kind, BuilderChoice(kind)), elsewhere)
    return Workshop(kind, builder, runner, folder)


def _environment(kind: str, folder: Path, server: BuildKitServer | None) -> dict[str, str]:
    if server is not None:
        return server.environment
    return dict(os.environ) if kind == "docker" else private_store(folder).environment


def trust(made: Workshop, registry: RegistryServer) -> None:
    """buildah and podman want to be told which registry speaks plain HTTP."""
    folder = Path(made.runner.environment["HOME"], ".config", "containers")
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[[registry]]\nlocation = "{registry.address}"\ninsecure = true\n'
    (folder / "registries.conf").write_text(text, encoding="utf-8")


def used_cache(lines: list[str]) -> bool:
    return any("CACHED" in line or "Cache pulled from remote" in line for line in lines)
