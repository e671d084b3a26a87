"""The shop as a CI system sees it: a remote with a generated file, and a machine that runs jobs."""

from __future__ import annotations

import contextlib
import secrets
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from helmforge.sandbox.controlplane import CONTEXTS
from helmforge.sandbox.emulator.client import kubeconfig
from tests.docs.scene import with_helmforge
from tests.support.emulated import emulated_api
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOSTILE = """feature/$(touch>canary)`touch>canary`;touch>canary|'"&{{x}}$((1))"""  # Git allows it
TITLE = "a\n##vso[task.setvariable variable=flow;isOutput=true]release\n$(touch canary)"
_STAGING = """\
  staging:
    cluster: {context: dev}
    namespace: "{context}-staging"
    deploy: on-approval
    timeout: 60s
    approvals: {required: 0}
  prod:
"""
_IMAGE = "ci: {image: registry.example.com/helmforge:1}\n"  # helmforge is there when a job begins


@contextlib.contextmanager
def ci_shop(folder: Path, system: str) -> Iterator[Shop]:
    """`system`'s file is on the trunk. Between QA and production is an environment without approvals."""
    with emulated_api(folder) as server, RegistryServer(folder / "registry") as registry:
        config = folder / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=CONTEXTS), encoding="utf-8")
        place = Place(config, require_tool("helm4"), f"t{secrets.token_hex(4)}")
        shop = Shop(folder / "shop", registry.address, place)
        for namespace in (place.qa, f"{place.context}-staging", place.prod):
            shop.kubectl("create", "namespace", namespace, "--context=dev")
        settings = (shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
        shop.repo.write({"helmforge.yaml": settings.replace("  prod:\n", _STAGING) + _IMAGE})
        shop.good("update", "--all")
        shop.repo.commit("staging")
        shop.good("pipeline", "generate", system)
        shop.repo.commit("CI")
        shop.repo.push("main")
        yield shop


def machine(shop: Shop) -> dict[str, str]:
    """The environment of a job: the tools, and nobody's Git identity."""
    nobody = shop.folder / "nobody"
    nobody.touch()
    environment = shop.environment() | {"GIT_CONFIG_GLOBAL": str(nobody)}
    return environment | {"PATH": with_helmforge(shop.folder / "bin", environment["PATH"])}


def without_briefs(folder: Path, environment: Mapping[str, str], planned: str) -> dict[str, str]:
    """The environment of a job whose helmforge says what `planned` does, and can make no brief."""
    program = folder / "helmforge"
    folder.mkdir()
    brief = "release\\ brief) echo 'no brief from here' >&2; exit 4"
    program.write_text(
        f'#!/bin/sh\ncase "$1 $2" in\n{brief};;\npipeline\\ plan)\n{planned};;\nesac\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return {**environment, "PATH": f"{folder}:{environment['PATH']}"}


def deployed(shop: Shop) -> dict[str, str]:
    """Environment -> version of notification."""
    rows = shop.good("release", "status", "notification", "-o", "json").document["services"]
    return {row["environment"]: row["version"] for row in rows}


def reported(junit: Path) -> list[str]:
    """The steps of which a JUnit report tells."""
    return [case.attrib["name"] for case in ET.parse(junit).iter("testcase")]


def push_hostile(shop: Shop) -> str:
    """A change of notification on the branch HOSTILE, with the title and a file of an attacker."""
    shop.repo.branch(HOSTILE)
    shop.repo.write({"services/notification/index.html": "new\n", "$(touch canary)/`touch canary`": "x\n"})
    commit = shop.repo.commit(TITLE)
    shop.repo.push(HOSTILE)
    return commit


def canaries(folder: Path) -> list[Path]:
    return list(folder.rglob("canary"))
