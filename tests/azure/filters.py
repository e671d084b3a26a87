"""Filters of branches as Azure Pipelines reads them.

Source: "CI triggers" and "Wildcards": `*` stands for zero or more characters, `?` for one, whichever they
are; a branch must be included and not excluded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def triggers(branches: dict[str, Any], branch: str) -> bool:
    return _any(branches["include"], branch) and not _any(branches.get("exclude", []), branch)


def _any(filters: Iterable[str], branch: str) -> bool:
    return any(re.fullmatch(_expression(each), branch) for each in filters)


def _expression(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in text)
