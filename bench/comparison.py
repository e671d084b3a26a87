"""Alternating runs of competitors, and what is concluded from them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.processes import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.processes import Sample as Measured


@dataclass(frozen=True)
class Rounds:
    """`warm_up` runs of each come first and do not count."""

    counted: int
    warm_up: int = 1


def alternate(runs: Mapping[str, Callable[[], Measured]], rounds: Rounds) -> dict[str, list[Sample]]:
    """A B C A B C ...: whatever else the machine does meanwhile meets all of them alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    for turn in range(rounds.warm_up + rounds.counted):
        for name, run in runs.items():
            sample = run()
            if turn >= rounds.warm_up:
                samples[name].append(sample)
    return samples


def median(samples: Sequence[Sample]) -> Sample:
    """Of each kind of time for itself."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
    )


@dataclass(frozen=True)
class Ratio:
    """Ours to theirs, pair by pair: the median, and the smallest and largest of all pairs."""

    wall: float
    cpu: float
    least: float
    most: float

    @classmethod
    def of(cls, ours: Sequence[Sample], theirs: Sequence[Sample]) -> Ratio:
        pairs = list(zip(ours, theirs, strict=True))
        walls = [one.wall / other.wall for one, other in pairs]
        cpus = [one.cpu / other.cpu if other.cpu else float("nan") for one, other in pairs]
        return cls(statistics.median(walls), statistics.median(cpus), min(walls), max(walls))
