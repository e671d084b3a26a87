"""The command line: one table of commands. What each needs is imported when it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from helmforge import __version__
from helmforge.cli.boundary import run
from helmforge.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "init": "helmforge.cli.init:init",
    "scaffold": "helmforge.cli.scaffold:scaffold",
    "update": "helmforge.cli.update:update",
    "lint": "helmforge.cli.lint:lint",
    "render": "helmforge.cli.render:render",
    "services": "helmforge.cli.services:services",
    "pipeline": "helmforge.cli.pipeline:pipeline",
    "release": "helmforge.cli.release:release",
    "sandbox": "helmforge.cli.sandbox:sandbox",
    "demo": "helmforge.cli.demo:demo",
    "schema": "helmforge.cli.schema:schema",
}


@click.group(cls=LazyGroup, commands_table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Show every line of every tool.")
def cli(*, verbose: bool) -> None:
    """Charts for every service of a repository, and their way to production.

    \b
    Example:
      helmforge init
      helmforge scaffold notification
      helmforge pipeline plan
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code (docs/reference.md)."""
    return run(cli, sys.argv[1:] if arguments is None else arguments)
