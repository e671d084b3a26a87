"""A hundred charts that are current: what looking costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.processes import Command
from bench.scaffold import SETTINGS
from bench.table import Beyond, Row
from bench.tools import helmforge, require

if TYPE_CHECKING:
    from pathlib import Path

    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 11
_GOAL = Beyond(2.0)
_SERVICES = tuple(f"svc-{number:03}" for number in range(100))
_PERSON = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")


def measure(bench: Bench) -> list[Row | NotMeasured]:
    folder = _monorepo(bench)
    git = str(require("git"))
    runs = {
        "ours": Command((helmforge(), "update", "--all"), bench.environment, folder).measure,
        "check": Command((helmforge(), "update", "--all", "--check"), bench.environment, folder).measure,
        "git": Command((git, "status", "--short"), bench.environment, folder).measure,
    }
    samples = alternate(runs, Rounds(bench.rounds or _ROUNDS))
    title = f"{len(_SERVICES)} charts, nothing to do: `helmforge update --all"
    return [
        Row(f"{title}`", "`git status`", samples["ours"], samples["git"], _GOAL),
        Row(f"{title} --check`", "`git status`", samples["check"], samples["git"], _GOAL),
    ]


def _monorepo(bench: Bench) -> Path:
    folder = bench.folder("monorepo")
    git = str(require("git"))
    (folder / "helmforge.yaml").write_text(SETTINGS, encoding="utf-8")
    for argv in (
        (git, "init", "--quiet"),
        (helmforge(), "scaffold", *_SERVICES),
        (git, "add", "."),
        (git, *_PERSON, "commit", "--quiet", "--message", "charts"),
    ):
        Command(argv, bench.environment, folder).output()
    return folder
