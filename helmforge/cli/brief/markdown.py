"""For the comment of a pull request, or a job's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.pieces import Command, Diff, Outside, Sentence
from helmforge.cli.output.markdown import block as fenced
from helmforge.cli.output.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block, Page

_LIMIT = 60_000
"""Bytes: GitHub refuses a comment of more than 65,536 characters. Some are left for others."""
_CUT = "\n_The rest is left out: it does not fit into a comment. `-o html` shows all of it._\n"


def as_markdown(page: Page, limit: int = _LIMIT) -> str:
    """At most `limit` bytes; what does not fit is cut between blocks."""
    parts = [f"## {code(page.title)}"]
    room = limit - len(parts[0].encode()) - len(_CUT.encode())
    for part in _parts(page):
        room -= len(part.encode(errors="replace")) + 1
        if room < 0:
            return "\n".join([*parts, _CUT])
        parts.append(part)
    return "\n".join(parts)


def _parts(page: Page) -> Iterator[str]:
    for section in page.sections:
        yield f"\n### {section.title}\n"
        for each in section.blocks:
            yield _block(each)


def _block(each: Block) -> str:
    if isinstance(each, Sentence):
        return f"- {''.join(map(_piece, each.pieces))}"
    if isinstance(each, Command):
        return "\n" + fenced([each.text]) + "\n"
    if isinstance(each, Diff):
        lines = fenced(each.lines).replace("text\n", "diff\n", 1)
        return f"\n<details><summary>{code(each.name)}</summary>\n\n{lines}\n\n</details>\n"
    rows = ([_piece(cell) or " " for cell in row] for row in each.rows)
    return "\n".join(["", *table([name or " " for name in each.header], rows), ""])


def _piece(text: str) -> str:
    return code(text) if isinstance(text, Outside) else text
