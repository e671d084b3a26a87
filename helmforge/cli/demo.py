"""`helmforge demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from helmforge.sandbox.demo.narration import Role


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Play in DIR (empty or absent), and leave everything to play on by hand.",
)
@click.option(
    "--cluster",
    type=click.Choice(["emulated", "controlplane"]),
    default="emulated",
    show_default=True,
    help="What the sandbox starts.",
)
def demo(keep: Path | None, cluster: str) -> None:
    """Watch a service go from nothing to production.

    It plays in a scratch repository with real tools, starts a sandbox, needs no network, and leaves
    nothing behind unless told to with --keep.

    \b
    Examples:
      helmforge demo
      helmforge demo --keep /tmp/shop
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late

    wiring.demo(keep, cluster, _narrate)


def _narrate(role: Role, text: str) -> None:
    """All of it is the result: it goes to stdout."""
    line = clean(text)
    if role.name == "CHAPTER":
        click.echo()
        click.secho(line, bold=True, underline=True)
    elif role.name == "REMARK":
        click.secho(line, fg="cyan")
    elif role.name == "COMMAND":
        click.secho(line, bold=True)
    else:
        click.echo(line)
