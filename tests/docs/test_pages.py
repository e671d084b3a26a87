"""README.md and docs/tutorial.md, typed command by command, with real tools and the emulated API."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.sandbox.controlplane import CONTEXTS
from helmforge.sandbox.emulator.client import kubeconfig
from tests.docs.console import Typed, differences, script
from tests.docs.events_page import documented_document, documented_facts
from tests.docs.markdown import ROOT, Page
from tests.docs.scene import reader, with_helmforge
from tests.support.emulated import emulated_api
from tests.support.registry import RegistryServer
from tests.support.shop import APPROVER, Place, Shop
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture
def kim(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody who has nothing yet."""
    environment = reader(tmp_path / "home")
    yield environment
    down = [str(tmp_path / "home" / "bin" / "helmforge"), "sandbox", "down"]
    subprocess.run(down, env=environment, check=True, capture_output=True)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A repository with the services `notification` and `orders`, ready to release."""
    with emulated_api(tmp_path) as server, RegistryServer(tmp_path / "registry") as registry:
        config = tmp_path / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=CONTEXTS), encoding="utf-8")
        yield Shop(tmp_path / "shop", registry.address, Place(config, require_tool("helm4"), "shop"))


def test_the_tutorial_happens_as_it_is_told(tmp_path: Path, kim: dict[str, str]) -> None:
    _demand_truth(ROOT / "docs" / "tutorial.md", tmp_path / "home", kim)


# In the order of docs/events.md; each works when the README is through.
DOCUMENTS = {
    "helmforge pipeline plan": ("pipeline", "plan"),
    "helmforge release cut": ("release", "cut", "notification", "1.2.0"),
    "helmforge release approve": ("release", "approve", "notification", "1.2.0", "--env", "prod"),
    "helmforge release status": ("release", "status"),
    "helmforge scaffold": ("scaffold", "payment"),
}


def test_the_readme_and_the_json_of_its_commands(shop: Shop) -> None:
    environment = shop.environment()
    path = with_helmforge(shop.folder / "bin", environment["PATH"])
    _demand_truth(ROOT / "README.md", shop.repo.root, environment | {"PATH": path})

    promotion = ("release", "promote", "notification", "1.2.0", "--env", "prod")
    for run in (("pipeline", "run"), promotion):
        last = shop.good(*run, "-o", "json").out.splitlines()[-1]
        assert _undocumented(json.loads(last)) == {}
    for name, command in DOCUMENTS.items():
        document = shop.good(*command, "-o", "json", email=APPROVER).document
        assert set(document) == documented_document(name), name


def _undocumented(summary: Any) -> dict[str, set[str]]:
    """Facts by step that docs/events.md does not know."""
    known = documented_facts()
    kinds = {step["id"]: re.sub(r"^.*/|-(qa|prod)$", "", step["id"]) for step in summary["steps"]}
    unknown = {step["id"]: set(step["facts"]) - known[kinds[step["id"]]] for step in summary["steps"]}
    return {step: facts for step, facts in unknown.items() if facts}


def _demand_truth(page: Path, folder: Path, environment: Mapping[str, str]) -> None:
    steps = script(Page(page))
    assert any(isinstance(step, Typed) and "release promote" in step.command for step in steps)
    found = differences(steps, folder, environment)
    if found:
        pytest.fail("\n\n".join(found), pytrace=False)
