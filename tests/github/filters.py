"""How GitHub reads filters of branches ("Workflow syntax for GitHub Actions", filter pattern cheat sheet)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKEN = re.compile(r"\\.|\*\*/|\*\*|\*|\?|\+|\[[^\]]*\]|.", re.DOTALL)


def triggered(filters: Iterable[str], branch: str, *, folders: bool) -> bool:
    """Whether a push of `branch` starts the workflow: the last filter that matches decides.

    The page leaves open whether `**/` matches any characters before a slash, or whole folders, also none, as
    in runners that follow it (`folders`).
    """
    on = False
    for one in filters:
        if _pattern(one.removeprefix("!"), folders=folders).fullmatch(branch):
            on = not one.startswith("!")
    return on


def _pattern(text: str, *, folders: bool) -> re.Pattern[str]:
    meaning = {"**/": "(?:.+/)?" if folders else ".*/", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    pattern = ""
    for token in _TOKEN.findall(text):
        if token in meaning:
            pattern += meaning[token]
        elif token.startswith("["):
            pattern += token
        else:
            pattern += f"(?:{re.escape(token.removeprefix(chr(92)) or token)})"
    return re.compile(pattern, re.DOTALL)
