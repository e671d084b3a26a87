"""Which services are affected, in a monorepo of the size that people ask about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.monorepo import FEATURE, Size, monorepo
from bench.processes import Command
from bench.table import Goal, Memory, Row
from bench.tools import helmforge, kept_folder, require

if TYPE_CHECKING:
    from bench.monorepo import Monorepo
    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 21
_GOAL = Goal(1.5)
_TRUNK = "refs/remotes/origin/main"
_DIFF = "`git diff --name-only`"
_MEMORY = 200_000_000  # bytes
WIDE = Size(2000, 49, trunk_commits=100, feature_commits=1, files_a_commit=10_000, images=True)


def measure(bench: Bench) -> list[Row | Memory | NotMeasured]:
    size = Size()
    repository = monorepo(kept_folder(f"monorepo-{size.name}"), size, bench.environment)
    return [
        _row(bench, repository, f"{size.feature_commits} commits", _TRUNK),
        _row(bench, repository, f"{size.feature_commits + size.trunk_commits} commits", repository.first),
        *_wide(bench),
    ]


def _wide(bench: Bench) -> list[Row | Memory | NotMeasured]:
    """One push that touches nearly every one of many services, all of them with images."""
    repository = monorepo(kept_folder(f"monorepo-{WIDE.name}"), WIDE, bench.environment)
    what = f"one push of {WIDE.files_a_commit} files to {WIDE.services} services with Dockerfiles"
    plan, diff = _commands(bench, repository, _TRUNK)
    memory = "memory for the same push: `pipeline plan`, the largest process"
    return [
        replace(_row(bench, repository, what, _TRUNK), goal=None),
        Memory(memory, _DIFF, plan.peak(), diff.peak(), _MEMORY),
    ]


def _commands(bench: Bench, repository: Monorepo, base: str) -> tuple[Command, Command]:
    plan = (helmforge(), "pipeline", "plan", "--ref", FEATURE, "--base", base)
    diff = (str(require("git")), "diff", "--name-only", f"{base}...HEAD")
    return (
        Command(plan, bench.environment, repository.root),
        Command(diff, bench.environment, repository.root),
    )


def _row(bench: Bench, repository: Monorepo, what: str, base: str) -> Row:
    """Start-up is measured in the same rounds and taken off, pair by pair."""
    plan, diff = _commands(bench, repository, base)
    runs = {
        "plan": plan.measure,
        "diff": diff.measure,
        "startup": Command((helmforge(), "--version"), bench.environment).measure,
    }
    samples = alternate(runs, Rounds(bench.rounds or _ROUNDS, warm_up=2))
    ours = [plan - startup for plan, startup in zip(samples["plan"], samples["startup"], strict=True)]
    title = f"affected services of {what} in {repository.files} files: `pipeline plan`, without start-up"
    return Row(title, _DIFF, ours, samples["diff"], _GOAL)
