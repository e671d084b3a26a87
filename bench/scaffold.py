"""Charts for a thousand services."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.processes import Command, Sample
from bench.table import Goal, Row
from bench.tools import helmforge, require

if TYPE_CHECKING:
    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 3
_GOAL = Goal(1 / 20)
_SERVICES = tuple(f"svc-{number:04}" for number in range(1000))
SETTINGS = """\
registry: registry.example.com/shop
services: ["services/*"]
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval, imageNamespace: prod}
"""


def measure(bench: Bench) -> list[Row | NotMeasured]:
    scaffolds = Scaffolds(bench)
    rounds = Rounds(bench.rounds or _ROUNDS, warm_up=0)
    samples = alternate({"ours": scaffolds.ours, "theirs": scaffolds.theirs}, rounds)
    title = f"charts for {len(_SERVICES)} services: one `helmforge scaffold`"
    rival = f"{len(_SERVICES)} times `helm create`"
    return [Row(title, rival, samples["ours"], samples["theirs"], _GOAL)]


class Scaffolds:
    """Every run writes into an empty folder. All of them stay until the end: ext4 takes several times
    longer for new files while it has many deleted ones to forget.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._numbers = itertools.count()

    def ours(self) -> Sample:
        folder = self._bench.folder(f"ours-{next(self._numbers)}")
        Command((str(require("git")), "init", "--quiet"), self._bench.environment, folder).output()
        (folder / "helmforge.yaml").write_text(SETTINGS, encoding="utf-8")
        return Command((helmforge(), "scaffold", *_SERVICES), self._bench.environment, folder).measure()

    def theirs(self) -> Sample:
        folder = self._bench.folder(f"theirs-{next(self._numbers)}")
        helm, environment = str(require("helm4")), self._bench.environment
        samples = [Command((helm, "create", name), environment, folder).measure() for name in _SERVICES]
        return sum(samples, Sample(0.0, 0.0))
