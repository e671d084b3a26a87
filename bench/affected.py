"""Which services are affected, in a monorepo of the size that people ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.monorepo import FEATURE, Size, monorepo
from bench.processes import Command
from bench.table import Goal, Row
from bench.tools import helmforge, kept_folder, require

if TYPE_CHECKING:
    from bench.monorepo import Monorepo
    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 21
_GOAL = Goal(1.5)
_TRUNK = "refs/remotes/origin/main"


def measure(bench: Bench) -> list[Row | NotMeasured]:
    size = Size()
    repository = monorepo(kept_folder(f"monorepo-{size.name}"), size, bench.environment)
    return [
        _row(bench, repository, f"{size.feature_commits} commits", _TRUNK),
        _row(bench, repository, f"{size.feature_commits + size.trunk_commits} commits", repository.first),
    ]


def _row(bench: Bench, repository: Monorepo, what: str, base: str) -> Row:
    """Start-up is measured in the same rounds and taken off, pair by pair."""
    plan = (helmforge(), "pipeline", "plan", "--ref", FEATURE, "--base", base)
    diff = (str(require("git")), "diff", "--name-only", f"{base}...HEAD")
    runs = {
        "plan": Command(plan, bench.environment, repository.root).measure,
        "diff": Command(diff, bench.environment, repository.root).measure,
        "startup": Command((helmforge(), "--version"), bench.environment).measure,
    }
    samples = alternate(runs, Rounds(bench.rounds or _ROUNDS, warm_up=2))
    ours = [plan - startup for plan, startup in zip(samples["plan"], samples["startup"], strict=True)]
    title = f"affected services of {what} in {repository.files} files: `pipeline plan`, without start-up"
    return Row(title, "`git diff --name-only`", ours, samples["diff"], _GOAL)
