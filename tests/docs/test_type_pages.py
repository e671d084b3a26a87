"""docs/types/: a page for each type, whose values render what the page says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from helmforge import yamlio
from helmforge.adapters.templates import JinjaTemplates
from tests.charts.differences import difference
from tests.charts.helm import ANSWERS, Helm, scaffold
from tests.docs.markdown import ROOT, Page
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.charts.helm import Rendered
    from tests.docs.markdown import Block

# What the values of an environment say.
GIVEN: dict[str, dict[str, Any]] = {"namespace": {"namespace": "shop-qa"}}
FOLDER = ROOT / "docs" / "types"


@dataclass(frozen=True)
class Example:
    """A block of values, and the objects that come and go with it, where the page tells."""

    page: str
    line: int
    values: dict[str, Any]
    changes: list[str] | None


def _blocks(path: Path) -> list[Block]:
    return [block for block in Page(path).blocks if block.label in {"values", "changes", "objects"}]


def _examples() -> list[Example]:
    found = []
    for path in sorted(FOLDER.glob("*.md")):
        blocks = _blocks(path)
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if block.label == "values":
                told = following.text.splitlines() if following and following.label == "changes" else None
                values = yamlio.parse(block.text, "values").data
                found.append(Example(path.stem, block.line, values, told))
    return found


EXAMPLES = _examples()


@pytest.fixture(scope="module")
def helms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Helm]:
    return {
        path.stem: Helm(
            require_tool("helm4"),
            scaffold(replace(ANSWERS, type=path.stem), tmp_path_factory.mktemp(path.stem)),
            tmp_path_factory.mktemp("helm"),
        )
        for path in FOLDER.glob("*.md")
    }


def test_every_type_has_its_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(JinjaTemplates().types())


def test_every_page_has_examples() -> None:
    assert {example.page for example in EXAMPLES} == {path.stem for path in FOLDER.glob("*.md")}


@pytest.mark.integration
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_the_objects_of_a_type(helms: dict[str, Helm], path: Path) -> None:
    [told] = [block.text.splitlines() for block in _blocks(path) if block.label == "objects"]
    rendered = helms[path.stem].render(GIVEN.get(path.stem))
    assert not rendered.failed, rendered.text
    assert told == sorted(rendered.by_name())


@pytest.mark.integration
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.page}:{one.line}")
def test_an_example_does_something(helms: dict[str, Helm], example: Example) -> None:
    """What it adds and removes is told; a change inside of an object need not be."""
    helm = helms[example.page]
    given = GIVEN.get(example.page, {})
    plain, rendered = helm.render(given), helm.render(given | example.values)
    assert not rendered.failed, rendered.text
    assert plain.by_name() != rendered.by_name()
    assert (example.changes or []) == _changes(plain, rendered)
    linted = helm.lint(example.values)
    assert not linted.failed, linted.text


def _changes(plain: Rendered, rendered: Rendered) -> list[str]:
    found = difference(plain, rendered)
    added = [f"+ {name}" for name in sorted(found.added)]
    return [*added, *(f"- {name}" for name in sorted(found.removed))]
