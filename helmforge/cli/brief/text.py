"""For a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.pieces import Command, Diff, Sentence
from helmforge.cli.printing import clean, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block, Page

_INDENT = "  "
_WIDEST = 100  # characters of a cell: a long one would push apart the columns of all rows


def as_text(page: Page) -> str:
    lines = [clean(page.title)]
    for section in page.sections:
        lines += ["", section.title]
        for block in section.blocks:
            lines += [_INDENT + line if line else "" for line in _lines(block)]
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Sentence):
        yield clean("".join(block.pieces))
    elif isinstance(block, Command):
        yield f"$ {clean(block.text)}"
    elif isinstance(block, Diff):
        yield f"{clean(block.name)}:"
        yield from map(clean, block.lines)
    else:
        header = [name.upper() for name in block.header]
        rows = [tuple(map(_cell, row)) for row in block.rows]
        yield from table(header, rows).splitlines()


def _cell(text: str) -> str:
    shown = clean(text)
    return f"{shown[:_WIDEST]}..." if len(shown) > _WIDEST else shown
