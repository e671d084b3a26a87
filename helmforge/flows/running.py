"""Runs a plan with everything it needs for the time of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge.flows.execution import execute
from helmforge.flows.steps import runners

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.plan import Plan
    from helmforge.domain.settings import Settings
    from helmforge.flows.events import Sink
    from helmforge.flows.summary import Summary
    from helmforge.flows.world import World


def run_plan(
    world: World, settings: Settings, plan: Plan, sink: Sink, *, jobs: int = 1, reports: Path | None = None
) -> Summary:
    """Packages and values files stand in a temporary folder that goes away in the end. `reports` is the
    folder for the reports of image scans, if anybody wants them.
    """
    with world.workspace() as work:
        found = runners(world, settings, work, reports)
        summary = execute(plan, found.table, sink, jobs=jobs, interrupt=world.interrupt)
        return replace(summary, notes=() if summary.interrupted else found.notes())
