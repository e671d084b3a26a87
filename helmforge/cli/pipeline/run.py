"""`helmforge pipeline run`."""

from __future__ import annotations

from pathlib import Path

import click

from helmforge.cli.finish import finish
from helmforge.cli.options import dry_run_option, output_option, verbose_option, warn
from helmforge.cli.pipeline.description import describe, orphan_lines
from helmforge.cli.pipeline.request import prepare, request_options
from helmforge.cli.progress import renderer


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
    help="Write the report of each image scan here, as text, JSON, SARIF and HTML.",
)
@dry_run_option
@verbose_option
@output_option("text", "json")
def run(  # noqa: PLR0913 - one parameter for each option
    ref: str,
    event: str | None,
    base: str,
    services: tuple[str, ...],
    jobs: int,
    report: Path | None,
    output: str,
    *,
    dry_run: bool,
    verbose: bool,
) -> None:
    """Do for each affected service what the branch's name asks for.

    Every step looks first whether its result is there already, so it can be run again after any
    failure and goes on where things stand.

    \b
    Examples:
      helmforge pipeline run
      helmforge pipeline run --ref release/notification/1.2.0 --dry-run
      helmforge pipeline run --report reports
    """
    from helmforge.flows.running import run_plan  # noqa: PLC0415 - heavy imports happen late

    world, pipeline = prepare(ref, event, base, services)
    if dry_run:
        describe(pipeline, output)
        return
    for line in orphan_lines(pipeline.orphans):
        warn(line)
    with renderer(output, verbose=verbose) as sink:
        summary = run_plan(world, pipeline.settings, pipeline.plan, sink, jobs=jobs, reports=report)
    finish(summary, output)
