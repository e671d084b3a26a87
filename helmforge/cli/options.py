"""Options and conventions that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.settings import Settings
    from helmforge.flows.world import World

F = TypeVar("F", bound="Callable[..., object]")


def output_option(*formats: str) -> Callable[[F], F]:
    """`-o`: the first of `formats` is the default."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Format of the result on stdout.",
    )


def _here_or_before_the_command(context: click.Context, _: click.Parameter, verbose: bool) -> bool:  # noqa: FBT001 - click's callback
    return verbose or bool(context.find_root().params.get("verbose"))


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    callback=_here_or_before_the_command,
    help="Show every line of every tool.",
)
environment_option = click.option(
    "--env", "environment", required=True, metavar="ENV", help="An environment of helmforge.yaml."
)
DEEPEN_HELP = "Fetch the history that a shallow clone lacks, instead of refusing it."
deepen_option = click.option("--deepen", is_flag=True, help=DEEPEN_HELP)
dry_run_option = click.option("--dry-run", is_flag=True, help="Print the plan and stop.")


def connect() -> tuple[World, Settings]:
    """The world around the current folder. Warnings go to stderr as they come."""
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late

    return wiring.world(Path.cwd(), warn)


def warn(line: str) -> None:
    click.echo(f"warning: {clean(line)}", err=True)
