"""What a CI system shows beside a line of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.findings import Place


@dataclass(frozen=True)
class Annotation:
    """Hostile text, for one place of the repository; None when it is about no file. `text` may have
    several lines.
    """

    title: str
    text: str
    place: Place | None = None
    warning: bool = False
