"""Pairs, ratios, verdicts, and the table that shows them."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import pytest

from bench.comparison import Ratio, Rounds, alternate, median
from bench.processes import BenchError, Command, Sample
from bench.table import Beyond, Goal, Memory, NotMeasured, Row, markdown

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def walls(*seconds: float) -> list[Sample]:
    return [Sample(wall, wall / 2) for wall in seconds]


def test_competitors_take_turns_and_the_warm_up_does_not_count() -> None:
    calls: list[str] = []

    def run(name: str) -> Callable[[], Sample]:
        def measured() -> Sample:
            calls.append(name)
            return Sample(len(calls), 0.0)

        return measured

    samples = alternate({"a": run("a"), "b": run("b")}, Rounds(2, warm_up=1))
    assert calls == ["a", "b"] * 3
    assert [sample.wall for sample in samples["a"]] == [3, 5]
    assert [sample.wall for sample in samples["b"]] == [4, 6]


def test_the_ratio_is_taken_pair_by_pair() -> None:
    ratio = Ratio.of(walls(1, 10, 6), walls(1, 5, 2))
    assert (ratio.wall, ratio.cpu, ratio.least, ratio.most) == (2, 2, 1, 3)


def test_the_median_is_taken_of_each_time_for_itself() -> None:
    assert median([Sample(1, 9), Sample(2, 7), Sample(3, 8)]) == Sample(2, 8)


@pytest.mark.parametrize(
    ("goal", "ours", "verdict", "shown"),
    [
        (Goal(1.4), 1.3, "met", "at most 1.4x"),
        (Goal(1.4), 1.5, "missed", "at most 1.4x"),
        (Goal(1 / 20), 0.04, "met", "20x faster"),
        (Goal(1 / 20), 0.06, "missed", "20x faster"),
        (None, 1.0, "", ""),
    ],
)
def test_the_verdict(goal: Goal | None, ours: float, verdict: str, shown: str) -> None:
    cells = Row("what", "rival", walls(ours), walls(1), goal).cells()
    assert cells[-2:] == (shown, verdict)


def test_the_table() -> None:
    row = Row("a | b", "`other`", [Sample(0.1, 0.05)], [Sample(0.2, math.nan)], Goal(1.5))
    text = markdown([row, NotMeasured("c", "no root")])
    assert text.splitlines()[2:] == [
        "| a / b | 100 ms (CPU 50 ms) | `other`: 200 ms | 1 | 0.50x (0.50x-0.50x) |  | at most 1.5x | met |",
        "| c | not measured: no root |  |  |  |  |  |  |",
    ]
    assert len({line.count("|") for line in text.splitlines()}) == 1


def test_a_process_is_measured_with_its_children() -> None:
    sample = Command(("sh", "-c", "sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'"), ENVIRONMENT)
    measured = sample.measure()
    assert measured.wall > 0
    assert measured.cpu > 0


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(BenchError, match=r"exit code 3\noops"):
        Command(("sh", "-c", "echo oops >&2; exit 3"), ENVIRONMENT).measure()


@pytest.mark.parametrize(("ours", "verdict"), [(3.0, "met"), (3.1, "missed")])
def test_a_goal_may_be_a_number_of_seconds_more(ours: float, verdict: str) -> None:
    row = Row("update", "git", walls(ours, ours), walls(1, 1), Beyond(2.0))
    assert row.cells()[-2:] == ("at most 2 s more", verdict)


def test_memory_is_held_against_its_goal() -> None:
    row = Memory("memory", "`other`", 42_000_000, 21_000_000, 40_000_000)
    line = "| memory | 42 MB | `other`: 21 MB | 1 | 2.00x |  | at most 40 MB | missed |"
    assert markdown([row]).splitlines()[-1] == line


def test_the_peak_is_that_of_the_program_and_not_of_who_started_it() -> None:
    ballast = bytearray(100_000_000)
    small = Command((sys.executable, "-S", "-c", "pass"), ENVIRONMENT).peak()
    large = Command((sys.executable, "-S", "-c", "bytearray(50_000_000)"), ENVIRONMENT).peak()
    assert small < 40_000_000 < len(ballast)
    assert 50_000_000 < large < 100_000_000
    with pytest.raises(BenchError, match="exit code 3"):
        Command((sys.executable, "-S", "-c", "raise SystemExit(3)"), ENVIRONMENT).peak()
