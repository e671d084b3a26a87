"""`.dockerignore`: which files of a build context the builder does not get to see.

Moby's pattern rules: the last line that fits a path or a folder above it decides, `!` takes it back.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\\.|\[[^\]/]+\]|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Ignored:
    """One such file."""

    text: str

    def hides(self, path: str, *, folder: bool = False) -> bool:
        """`path` is relative to the context. A `folder` is hidden only when nothing below it can be seen."""
        if folder and any(keeps for keeps, _ in self._rules):
            return False
        parts = path.split("/")
        places = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        hidden = False
        for keeps, rule in self._rules:
            if hidden == keeps and any(rule.fullmatch(place) for place in places):
                hidden = not keeps
        return hidden

    @cached_property
    def _rules(self) -> tuple[tuple[bool, re.Pattern[str]], ...]:
        lines = [line.strip() for line in self.text.removeprefix("\ufeff").split("\n")]
        wanted = [line for line in lines if line and not line.startswith("#") and line != "!"]
        return tuple((line.startswith("!"), _pattern(line)) for line in wanted)


def _pattern(line: str) -> re.Pattern[str]:
    """What cannot be read hides nothing, and keeps everything."""
    glob = posixpath.normpath(f"/{line.removeprefix('!').strip()}").lstrip("/")
    try:
        return re.compile("".join(map(_meaning, _PARTS.findall(glob))), re.DOTALL)
    except re.error:
        return re.compile(".*" if line.startswith("!") else r"(?!)", re.DOTALL)


def _meaning(part: str) -> str:
    if part in _MEANING:
        return _MEANING[part]
    if len(part) > 1 and part.startswith("["):
        return part
    return re.escape(part[-1])
