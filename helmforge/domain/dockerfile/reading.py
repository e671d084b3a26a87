"""The text of a Dockerfile as instructions.

Dockerfile reference: "Format", "Parser directives", "Here-Documents".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)")
_HEREDOC = re.compile(r"(?:^|(?<=\s))\d*<<(-?)\s*(?:\"([^\"<]+)\"|'([^'<]+)'|([^\s<\"'();&|]+))")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD", "ONBUILD"})


class UnclearError(Exception):
    """What the Dockerfile means cannot be told. The message says why."""


@dataclass(frozen=True)
class Instruction:
    """`keyword` is in capitals, `line` counts from 1, `words` are those after the flags."""

    keyword: str
    line: int
    flags: tuple[tuple[str, str], ...]
    rest: str

    @property
    def words(self) -> tuple[str, ...]:
        """Of the JSON form or of the plain one."""
        if self.rest.startswith("["):
            try:
                found = json.loads(self.rest)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, list) and all(isinstance(word, str) for word in found):
                return tuple(found)
        return tuple(self.rest.split())

    def flag_values(self, name: str) -> tuple[str, ...]:
        return tuple(value for flag, value in self.flags if flag == name)


def read(text: str) -> tuple[str, tuple[Instruction, ...]]:
    """The escape character, and the instructions. Raises UnclearError."""
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    escape = _escape(lines)
    return escape, tuple(_instructions(lines, escape))


def instruction(text: str, line: int) -> Instruction:
    keyword, _, rest = text.strip().partition(" ")
    flags, rest = [], rest.strip()
    while found := _FLAG.match(rest):
        flags.append((found[1], (found[2] or "").strip("\"'")))
        rest = rest[found.end() :]
    return Instruction(keyword.upper(), line, tuple(flags), rest)


def _escape(lines: list[str]) -> str:
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape":
            return directive[2]
    return "\\"


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    # as BuildKit: an escaped escape character at the end of a line continues nothing
    continued = re.compile(rf"(?:^|(?<!{re.escape(escape)})){re.escape(escape)}[ \t]*$")
    at = 0
    while at < len(lines):
        start, at, text = at, at + 1, lines[at].strip()
        if _says_nothing(text):
            continue
        parts = [text]
        while continued.search(parts[-1]) and at < len(lines):
            parts[-1] = continued.sub("", parts[-1])
            while at < len(lines) and _says_nothing(lines[at]):
                at += 1
            parts += lines[at : at + 1]
            at += 1
        found = instruction(re.sub(r"\s", " ", "".join(parts)), start + 1)
        at = _after_heredocs(lines, at, found)
        yield found


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _after_heredocs(lines: list[str], at: int, found: Instruction) -> int:
    if found.keyword not in _WITH_HEREDOC:
        return at
    for heredoc in _HEREDOC.finditer(found.rest):
        tabs, end = heredoc[1], heredoc[2] or heredoc[3] or heredoc[4]
        while at < len(lines) and (lines[at].lstrip("\t") if tabs else lines[at]) != end:
            at += 1
        if at == len(lines):
            raise UnclearError(f"the here-document in line {found.line} has no end")
        at += 1
    return at
