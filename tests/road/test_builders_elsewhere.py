"""From the trunk to production with images that a BuildKit daemon builds, on one runner and on several."""

from __future__ import annotations

import json
import os
import re
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.support.buildkit import BuildKitServer
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.commands import Ran

pytestmark = pytest.mark.e2e

CANARY = "canary-90b1"
_SERVICE = """\
context: {context}
test: {{command: [sh, -c, 'test -s index.html'], timeout: 60s}}
build: {{secrets: {{npm: {{env: NPM_TOKEN}}}}, platforms: [linux/amd64, linux/arm64]}}
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildKitServer]:
    with BuildKitServer(tmp_path_factory.mktemp("kit")) as running:
        yield running


class Runners:
    """Machines of a CI. All that they have in common is what Git, the registry and the cluster hold."""

    def __init__(self, shop: Shop, daemon: BuildKitServer) -> None:
        self.shop = shop
        path = os.pathsep.join([shop.environment()["PATH"], str(daemon.programs)])
        self._environment = {"PATH": path, "NPM_TOKEN": CANARY}

    def good(self, *arguments: str) -> Ran:
        return self.shop.good(*arguments, email="", at=None, **self._environment)


@pytest.fixture
def ci(tmp_path: Path, emulated: Path, daemon: BuildKitServer) -> Iterator[Runners]:
    place = Place(emulated, require_tool("helm4"), f"t{secrets.token_hex(4)}")
    with RegistryServer(tmp_path / "registry") as registry:
        shop = Shop(tmp_path / "shop", registry.address, place)
        settings = (shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
        cache = f"build: {{cache: {{to: '{registry.address}/cache/{{service}}'}}}}\n"
        builder = f"builder: {{name: buildkit, address: '{daemon.address}'}}\n"
        shop.change("helmforge.yaml", f"{settings}{builder}{cache}")
        shop.change("services/notification/service.yaml", _SERVICE.format(context=place.context))
        for namespace in (place.qa, place.prod):
            shop.kubectl("create", "namespace", namespace, "--context=dev")
        yield Runners(shop, daemon)


def test_from_the_trunk_to_production(ci: Runners) -> None:
    shop = ci.shop
    both = ("--service", "notification", "--service", "orders")
    ran = ci.good("pipeline", "run", "--ref", "main", *both, "--jobs", "2", "-v")
    lines = ran.out.splitlines() + ran.err.splitlines()
    said = [line for line in lines if "COPY" in line]
    assert {line.split()[0] for line in said} == {"notification", "orders"}
    assert CANARY not in "\n".join(lines)

    planned = ci.good("pipeline", "plan", "--ref", "main", *both, "-o", "github").out
    (matrix,) = re.findall(r"^matrix=(.*)$", planned, flags=re.MULTILINE)
    for job in json.loads(matrix)["include"]:
        alone = ("--ref", "main", "--service", job["service"])
        assert ci.good("pipeline", "run", *alone, "-o", "json").statuses["build"] == "done"

    shop.cut("1.0.0")
    first = ci.good("pipeline", "run", "-o", "json").statuses
    assert (first["build"], first["push-image"], first["deploy-qa"]) == ("done", "done", "done")
    again = ci.good("pipeline", "run", "-o", "json").statuses
    assert (again["build"], again["push-image"], again["deploy-qa"]) == ("skipped", "skipped", "skipped")

    shop.approve("1.0.0")
    shop.good("release", "promote", "notification", "1.0.0", "--env", "prod")
    assert shop.digest("prod/notification", "1.0.0") == shop.digest("notification", "1.0.0") != ""
