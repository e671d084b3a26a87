"""`helmforge pipeline plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.output.options import file_option
from helmforge.cli.pipeline.child import child_options, write_child
from helmforge.cli.pipeline.description import describe, subject_of
from helmforge.cli.pipeline.forms import FORMS
from helmforge.cli.pipeline.request import prepare, request_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@request_options
@child_options
@file_option(
    "--summary", "Write why which services are affected, as Markdown. With -o github it is shown anyway."
)
@output_option("text", "json", *FORMS)
def plan(
    ref: str, event: str | None, base: str, services: tuple[str, ...], summary: Path | None, output: str
) -> None:
    """Say what `pipeline run` would do, and why; change nothing.

    The other formats are for the next jobs of a CI system: lines for $GITHUB_OUTPUT, for a dotenv report of
    GitLab, commands that set variables in Azure Pipelines, and the names of the services, one in a line.

    \b
    Examples:
      helmforge pipeline plan
      helmforge pipeline plan --ref release/notification/1.2.0
      helmforge pipeline plan -o github >> "$GITHUB_OUTPUT"
      helmforge pipeline plan -o gitlab --child child.yml > plan.env
      helmforge pipeline plan -o names
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.output.leaving import leave_plan  # noqa: PLC0415

    world, pipeline = prepare(ref, event, base, services)
    write_child(world, pipeline, ref, event)
    leave_plan(subject_of(pipeline, "pipeline plan"), summary, wiring.ci(), shown=output == "github")
    describe(pipeline, output)
