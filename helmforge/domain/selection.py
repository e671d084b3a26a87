"""Which files below a folder count: wildcards of COPY, and what the build context hides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from helmforge.domain.dockerfile.variables import UNKNOWN

if TYPE_CHECKING:
    from helmforge.domain.dockerfile.ignoring import Ignored

_PARTS = re.compile(r"\*|\?|\[[^\]]*\]|\\.|.", re.DOTALL)
_MEANING = {"*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Selection:
    """`parts` are those of a path below `context`, with wildcards; whatever lies below the last of them
    counts. A file is hidden when all of `hidden` hide it: which of them a builder reads is its own affair.
    """

    context: str = ""
    parts: tuple[str, ...] = ()
    hidden: tuple[Ignored, ...] = ()

    def takes(self, path: str, *, opaque: bool) -> bool:
        """`opaque`: a submodule or symbolic link, which stands for all that is behind it."""
        inside = path.removeprefix(f"{self.context}/") if self.context else path
        names = inside.split("/")
        if len(names) < len(self.parts) and not opaque:
            return False
        if not all(rule.fullmatch(name) for rule, name in zip(self._rules, names, strict=False)):
            return False
        return not (self.hidden and all(one.hides(inside, folder=opaque) for one in self.hidden))

    @cached_property
    def _rules(self) -> tuple[re.Pattern[str], ...]:
        return tuple(
            re.compile("".join(map(_meaning, _PARTS.findall(part))), re.DOTALL) for part in self.parts
        )


def split(path: str) -> tuple[str, tuple[str, ...]]:
    """The folder that `path` surely lies in, or `path` itself, and its parts when it has wildcards."""
    parts = tuple(part for part in path.split("/") if part)
    for at, part in enumerate(parts):
        if UNKNOWN in part or "**" in part:
            return "/".join(parts[:at]), ()
        if any(char in part for char in "*?[\\"):
            end = next((i for i, one in enumerate(parts) if UNKNOWN in one or "**" in one), len(parts))
            return "/".join(parts[:at]), parts[:end]
    return "/".join(parts), ()


def _meaning(part: str) -> str:
    if part in _MEANING:
        return _MEANING[part]
    # of a class of characters any one may be meant
    return "[^/]" if len(part) > 1 and part.startswith("[") else re.escape(part[-1])
