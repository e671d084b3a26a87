"""How long a command takes that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.processes import Command
from bench.table import Goal, Row
from bench.tools import helmforge, require

if TYPE_CHECKING:
    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 41
_GOAL = Goal(1.4)


def measure(bench: Bench) -> list[Row | NotMeasured]:
    ours = Command((helmforge(), "--version"), bench.environment)
    theirs = Command((str(require("helm4")), "version"), bench.environment)
    rounds = Rounds(bench.rounds or _ROUNDS, warm_up=3)
    samples = alternate({"ours": ours.measure, "theirs": theirs.measure}, rounds)
    title = "start-up: `helmforge --version`"
    return [Row(title, "`helm version`", samples["ours"], samples["theirs"], _GOAL)]
