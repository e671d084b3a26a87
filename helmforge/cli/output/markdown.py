"""Markdown that hostile text cannot leave: GitHub's, GitLab's and Azure's dialects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Everything that could be markup, an address that becomes a link, a mention or an emoji. An entity is text
# wherever it stands (CommonMark, "Entity and numeric character references").
_MARKUP = re.compile(r"[^\w .,/()+=-]|_|(?<=www)\.", re.IGNORECASE)
_BACKTICKS = re.compile("`+")
_LONGEST = 1000  # characters in one place of a page


def code(text: str) -> str:
    """One line in a monospaced face, in prose or in a table; nothing for nothing."""
    shown = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", shortened(clean(text)))
    return f"<code>{shown}</code>" if shown else ""


def block(lines: Iterable[str]) -> str:
    """Lines as they are, each cleaned, behind a fence that none of them can be."""
    shown = [shortened(clean(line)) for line in lines]
    longest = max((len(run) for line in shown for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *shown, fence])


def link(words: str, address: str) -> str:
    """`words` are ours, `address` comes from `helmforge.adapters.ci_system`; without one, only words."""
    return f"[{words}](<{address}>)" if address else words


def row(cells: Sequence[str]) -> str:
    """Cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [row(header), row(["---"] * len(header)), *map(row, rows)]


def shortened(text: str) -> str:
    return f"{text[:_LONGEST]} ..." if len(text) > _LONGEST else text
