"""What the tests read from a Markdown page: fenced blocks, code spans, links, anchors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)|!\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?)\s*$", re.MULTILINE)


def pages() -> list[Path]:
    """Everything that a reader of the project finds: the pages at the root, and docs/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block. `language` and `label` are the words after the fence; `line` is its first line."""

    language: str
    label: str
    text: str
    line: int


class Page:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.prose = _FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        found = []
        for match in _FENCE.finditer(self.text):
            language, _, label = match["info"].strip().partition(" ")
            line = self.text.count("\n", 0, match.start("text")) + 1
            found.append(Block(language, label, match["text"], line))
        return found

    @property
    def spans(self) -> list[str]:
        return [" ".join(match[2].split()) for match in _SPAN.finditer(self.prose)]

    @property
    def links(self) -> list[str]:
        text = _SPAN.sub("", self.prose)
        return [match[1] or match[2] for match in _LINK.finditer(text)]

    @property
    def anchors(self) -> set[str]:
        """As GitHub makes them from headings: the second of two equal ones ends in -1."""
        found: set[str] = set()
        for heading in _HEADING.findall(self.prose):
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
            number = sum(1 for one in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", one))
            found.add(f"{slug}-{number}" if number else slug)
        return found
