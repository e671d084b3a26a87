"""How a command that ran a plan ends: summary on stdout, errors on stderr, the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.boundary import interruption, render_error
from helmforge.cli.summaries import print_summary

if TYPE_CHECKING:
    from helmforge.flows.summary import Summary


def finish(summary: Summary, output: str) -> None:
    print_summary(summary, output)
    if output != "json":
        for error in summary.errors:
            click.echo(render_error(error), err=True)
    if summary.interrupted:
        click.echo(render_error(interruption()), err=True)
    click.get_current_context().exit(int(summary.exit_code))
