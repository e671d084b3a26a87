"""What was measured, as a Markdown table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import Ratio, median

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.processes import Sample

_HEADER = (
    "measurement",
    "helmforge",
    "compared with",
    "pairs",
    "ratio (min-max)",
    "ratio of CPU",
    "goal",
    "",
)
_UNITS = ((1.0, "s"), (1e-3, "ms"))


@dataclass(frozen=True)
class Goal:
    """`most` times their time at most. Below 1 it reads better turned round: 0.05 is "20x faster"."""

    most: float

    def __str__(self) -> str:
        return f"at most {self.most:g}x" if self.most >= 1 else f"{1 / self.most:g}x faster"


@dataclass(frozen=True)
class Beyond:
    """`most` seconds more than their time at most."""

    most: float

    def __str__(self) -> str:
        return f"at most {self.most:g} s more"


@dataclass(frozen=True)
class Row:
    """`ours` and `theirs` belong together pair by pair; without `goal` the row is for information."""

    title: str
    rival: str
    ours: Sequence[Sample]
    theirs: Sequence[Sample]
    goal: Goal | Beyond | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = Ratio.of(self.ours, self.theirs)
        return (
            self.title,
            _times(median(self.ours)),
            f"{self.rival}: {_times(median(self.theirs))}",
            str(len(self.ours)),
            f"{_factor(ratio.wall)} ({_factor(ratio.least)}-{_factor(ratio.most)})",
            _factor(ratio.cpu),
            str(self.goal or ""),
            self.verdict(ratio),
        )

    def verdict(self, ratio: Ratio) -> str:
        if self.goal is None:
            return ""
        more = median([one - other for one, other in zip(self.ours, self.theirs, strict=True)])
        reached = more.wall if isinstance(self.goal, Beyond) else ratio.wall
        return "met" if reached <= self.goal.most else "missed"


@dataclass(frozen=True)
class Memory:
    """Peaks in bytes; `most` is the goal."""

    title: str
    rival: str
    ours: int
    theirs: int
    most: int

    def cells(self) -> tuple[str, ...]:
        ratio, met = _factor(self.ours / self.theirs), self.ours <= self.most
        theirs = f"{self.rival}: {_megabytes(self.theirs)}"
        goal = f"at most {_megabytes(self.most)}"
        ours = _megabytes(self.ours)
        return (self.title, ours, theirs, "1", ratio, "", goal, "met" if met else "missed")


@dataclass(frozen=True)
class NotMeasured:
    title: str
    why: str

    def cells(self) -> tuple[str, ...]:
        return (self.title, f"not measured: {self.why}", *[""] * (len(_HEADER) - 2))


def markdown(rows: Iterable[Row | Memory | NotMeasured]) -> str:
    lines = [_HEADER, ("---",) * len(_HEADER), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _times(sample: Sample) -> str:
    cpu = "" if math.isnan(sample.cpu) else f" (CPU {_time(sample.cpu)})"
    return f"{_time(sample.wall)}{cpu}"


def _time(seconds: float) -> str:
    size, unit = next((one for one in _UNITS if abs(seconds) >= one[0]), _UNITS[-1])
    shown = seconds / size
    return f"{shown:.3g} {unit}" if abs(shown) < 1000 else f"{shown:.0f} {unit}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _factor(number: float) -> str:
    if math.isnan(number):
        return ""
    return f"{number:.2f}x" if number >= 0.1 else f"{number:.3f}x"
