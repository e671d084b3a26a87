"""`helmforge pipeline plan`."""

from __future__ import annotations

import click

from helmforge.cli.options import output_option
from helmforge.cli.pipeline.description import describe
from helmforge.cli.pipeline.request import prepare, request_options


@click.command()
@request_options
@output_option("text", "json", "github")
def plan(ref: str, event: str | None, base: str, services: tuple[str, ...], output: str) -> None:
    """Say what `pipeline run` would do, and why; change nothing.

    \b
    Examples:
      helmforge pipeline plan
      helmforge pipeline plan --ref release/notification/1.2.0
      helmforge pipeline plan -o github >> "$GITHUB_OUTPUT"
    """
    _, pipeline = prepare(ref, event, base, services)
    describe(pipeline, output)
