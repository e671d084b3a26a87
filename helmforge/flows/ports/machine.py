"""The machine and the CI around this run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.event import Event
    from helmforge.domain.testing import Results, UnitTests
    from helmforge.flows.ports.log import Log


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, in UTC, with its zone."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment: for durations, which no adjustment of the clock disturbs."""

    def wait(self, seconds: float) -> None: ...


class Programs(Protocol):
    """A service's own commands (its tests)."""

    def run(self, tests: UnitTests, folder: Path, log: Log) -> None:
        """Raises ToolError with the exit code and the tail of the output, or when the time is over."""


Stamps: TypeAlias = "Mapping[Path, tuple[int, int, int]]"
"""Files, each with what changes when it is written anew."""


class JUnit(Protocol):
    """The JUnit XML files that tests write. Globs are relative to the root of the repository."""

    def stamps(self, globs: tuple[str, ...]) -> Stamps:
        """Of the files that are there."""

    def collect(self, globs: tuple[str, ...], before: Stamps, target: Path | None) -> Results:
        """What was written since `before`; readable files are copied to the folder `target`, in which nothing
        else stays. StepError when it cannot be written to.
        """


class Events(Protocol):
    def detect(self) -> Event | None:
        """The Git event that the surrounding CI reports in its environment; None outside CI."""
