"""The machine and the CI around this run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.event import Event
    from helmforge.flows.ports.log import Log


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, in UTC, with its zone."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment: for durations, which no adjustment of the clock disturbs."""

    def wait(self, seconds: float) -> None: ...


class Programs(Protocol):
    """A service's own commands (its tests)."""

    def run(self, command: tuple[str, ...], folder: Path, log: Log) -> None:
        """Raises ToolError with the exit code and the tail of the output."""


class Events(Protocol):
    def detect(self) -> Event | None:
        """The Git event that the surrounding CI reports in its environment; None outside CI."""
