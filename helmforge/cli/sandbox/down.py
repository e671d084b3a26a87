"""`helmforge sandbox down`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json
from helmforge.cli.sandbox.place import folder_option, lifecycle

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@folder_option
@output_option("text", "json")
def down(folder: Path | None, output: str) -> None:
    """Stop the sandbox and remove its folder.

    What was pushed to its registry is gone then.

    \b
    Example:
      helmforge sandbox down
    """
    at = lifecycle(folder)
    stopped = at.down()
    if output == "json":
        click.echo(as_json({"folder": str(at.folder), "stopped": stopped}, indent=2))
    else:
        click.echo("the sandbox is down" if stopped else "nothing to do: there is no sandbox")
