"""`helmforge pipeline run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import dry_run_option, warn
from helmforge.cli.output.options import run_options
from helmforge.cli.pipeline.description import describe, subject_of
from helmforge.cli.pipeline.orphans import orphan_lines
from helmforge.cli.pipeline.request import prepare, request_options

if TYPE_CHECKING:
    from helmforge.cli.output.options import RunOptions


@click.command()
@request_options
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Services side by side."
)
@click.option(
    "--report",
    "report",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write reports here: image scans as text, JSON, SARIF, HTML; JUnit files of tests.",
)
@dry_run_option
@run_options
def run(
    ref: str,
    event: str | None,
    base: str,
    services: tuple[str, ...],
    jobs: int,
    report: Path | None,
    options: RunOptions,
    *,
    dry_run: bool,
) -> None:
    """Do for each affected service what the branch's name asks for.

    Every step looks first whether its result is there already, so it can be run again after any
    failure and goes on where things stand. In GitHub Actions, GitLab CI and Azure Pipelines the output has
    groups, annotations and results for later jobs as these systems know them.

    \b
    Examples:
      helmforge pipeline run
      helmforge pipeline run --ref release/notification/1.2.0 --dry-run
      helmforge pipeline run --report reports
      helmforge pipeline run --junit steps.xml --summary summary.md
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.output.session import Session  # noqa: PLC0415
    from helmforge.flows.running import run_plan  # noqa: PLC0415

    session = Session(options.without_files() if dry_run else options, wiring.ci())
    with session.preparing("pipeline run"):
        world, pipeline = prepare(ref, event, base, services)
    if dry_run:
        describe(pipeline, options.output)
        return
    for line in pipeline.withheld:
        click.echo(f"note: {line}", err=True)
    for line in orphan_lines(pipeline.orphans):
        warn(line)
    settings, plan = pipeline.settings, pipeline.plan
    session.run(
        subject_of(pipeline, "pipeline run"),
        plan,
        lambda sink: run_plan(world, settings, plan, sink, jobs=jobs, reports=report),
        jobs=jobs,
    )
