"""docs/templates.md: its example is typed with real tools, and its tables are those of chart_templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.console import Typed, differences, script
from tests.docs.markdown import ROOT, Page
from tests.docs.scene import reader

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Page(ROOT / "docs" / "templates.md")
TEMPLATES = ROOT / "chart_templates"
_DEFINED = re.compile(r'define "<% service %>\.(\w+)"')
_NAMED = re.compile(r"`(\w+)`")


@pytest.mark.integration
def test_the_example_happens_as_it_is_told(tmp_path: Path) -> None:
    environment = reader(tmp_path / "home")
    (tmp_path / "home" / "shop").mkdir()
    found = differences(script(PAGE), tmp_path / "home" / "shop", environment)
    if found:
        pytest.fail("\n\n".join(found), pytrace=False)


@pytest.mark.integration
def test_a_type_of_the_repositorys_own_is_scaffolded_and_linted(tmp_path: Path) -> None:
    environment = reader(tmp_path / "home")
    shop = tmp_path / "home" / "shop"
    shop.mkdir()
    steps = [
        "git init --quiet --initial-branch=main",
        "helmforge init --registry myrepo.cr.io",
        f"mkdir our-charts && cp -r {TEMPLATES}/worker our-charts/consumer",
        "echo 'templates: ./our-charts' >> helmforge.yaml",
        "helmforge scaffold orders --type consumer",
        "helmforge lint",
    ]
    assert differences([Typed(step, "...\n", 0) for step in steps], shop, environment) == []


def test_the_parts_of_the_example_are_the_built_in_ones_and_its_own() -> None:
    [block] = [block for block in PAGE.blocks if block.label.endswith("/parts")]
    built_in = (TEMPLATES / "web" / "parts").read_text(encoding="utf-8").split()
    assert block.text.split() == [*built_in, "alerts"]


def test_the_hooks_are_those_that_several_define() -> None:
    found = {name: folders for name, folders in _definitions().items() if len(folders) > 1}
    assert found == _told_hooks()


def test_the_templates_to_use_are_there() -> None:
    told = {name for row in _table("Name", 3) for name in _NAMED.findall(row[0])}
    assert told - set(_definitions()) == set()


def _definitions() -> dict[str, set[str]]:
    """The parts and types with pods that define each name."""
    found: dict[str, set[str]] = {}
    for path in TEMPLATES.rglob("*.tpl"):
        first, second, *_ = path.relative_to(TEMPLATES).parts
        folder = second if first == "_shared" else first
        if folder != "namespace":
            for name in _DEFINED.findall(path.read_text(encoding="utf-8")):
                found.setdefault(name, set()).add(folder)
    return found


def _told_hooks() -> dict[str, set[str]]:
    rows = _table("Hook", 4)
    return {name: set(_NAMED.findall(row[2])) for row in rows for name in _NAMED.findall(row[0])}


def _table(first: str, columns: int) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    _, _, below = PAGE.prose.partition(f"| {first} |")
    rows = [line.strip("|").split("|") for line in below.partition("\n\n")[0].splitlines()[2:]]
    assert rows
    assert {len(row) for row in rows} == {columns}
    return rows
