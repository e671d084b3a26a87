"""What the log of a CI system understands besides text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.domain.annotations import Annotation


class Dialect(Protocol):
    """All results are whole lines, made safe: what is given may be hostile."""

    def begin(self, step: str, title: str) -> Sequence[str]:
        """Opens the group of a step, in which the text of tools follows. `step` is its id."""

    def end(self, step: str) -> Sequence[str]:
        """Closes it."""

    def annotation(self, one: Annotation) -> Sequence[str]:
        """Shows it at its place, where the system can."""

    def outputs(self, facts: Mapping[str, str]) -> Sequence[str]:
        """Hands results to later steps, where that is done in the log. The names are ours."""

    def summary(self, file: str) -> Sequence[str]:
        """Shows a Markdown file beside the run, where that is done in the log. `file` is absolute."""
