"""Where the output of tools goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Log: TypeAlias = "Callable[[str], None]"
"""Takes one line of a tool's output, without its newline, as it appears."""
