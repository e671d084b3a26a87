"""The steps that docs/rollouts.md shows: values, and below them what they change.

The first block of values of a chapter holds for all its steps; a later one replaces whole keys of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge import yamlio
from tests.docs.markdown import ROOT

if TYPE_CHECKING:
    from tests.charts.differences import Difference
    from tests.docs.markdown import Page

PAGE = ROOT / "docs" / "rollouts.md"
_CHAPTER = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    chapter: str
    line: int
    before: dict[str, Any]
    after: dict[str, Any]
    shown: list[str]


def steps(page: Page) -> list[Step]:
    """Fails when a step does not say what it changes."""
    found, chapter = [], ""
    start: dict[str, Any] = {}
    state: dict[str, Any] = {}
    blocks = [block for block in page.blocks if block.label in {"values", "changes"}]
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.label == "changes":
            continue
        values, before = yamlio.parse(block.text, "values").data, state
        if chapter != (chapter := _chapter(page, block.line)):
            start = state = values
            continue
        state = start | values
        assert following is not None, f"line {block.line}"
        assert following.label == "changes", f"line {block.line}: what does this step change?"
        found.append(Step(chapter, block.line, before, state, following.text.splitlines()))
    return found


def _chapter(page: Page, line: int) -> str:
    above = "\n".join(page.text.splitlines()[:line])
    *_, last = _CHAPTER.finditer(above)
    return last[1]


def lines(found: Difference) -> list[str]:
    """As the page shows a difference."""
    added = [f"+ {name}" for name in sorted(found.added)]
    removed = [f"- {name}" for name in sorted(found.removed)]
    fields = (
        f"~ {place}: {_shown(was)} -> {_shown(now)}" for place, (was, now) in sorted(found.changed.items())
    )
    return [*added, *removed, *(line.replace(": ", "  ", 1) for line in fields)]


def _shown(value: object) -> str:
    return "(none)" if value is None else str(value)
