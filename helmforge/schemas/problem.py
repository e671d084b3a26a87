"""One thing that is wrong with a configuration file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """`path` leads to the value; `text` reads `expected …, got …`."""

    path: tuple[str | int, ...]
    text: str

    @property
    def key(self) -> str:
        """The path as people write it: `environments.qa.approvals.from[0]`."""
        shown = ""
        for step in self.path:
            shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
        return shown
