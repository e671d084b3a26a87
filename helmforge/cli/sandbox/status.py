"""`helmforge sandbox status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json, clean
from helmforge.cli.sandbox.place import document, folder_option, lifecycle, lines

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@folder_option
@output_option("text", "json")
def status(folder: Path | None, output: str) -> None:
    """Say whether the sandbox is up, and where.

    \b
    Example:
      helmforge sandbox status -o json
    """
    found = lifecycle(folder).status()
    sandbox, state = found.sandbox, found.condition.value
    if output == "json":
        facts = document(sandbox) if sandbox else {}
        click.echo(
            as_json(
                {"state": state, "folder": str(found.folder), "problems": found.problems} | facts, indent=2
            )
        )
        return
    click.echo(f"sandbox     {state} ({clean(str(found.folder))})")
    for problem in found.problems:
        click.echo(f"problem     {clean(problem)}; helmforge sandbox up starts it anew, empty")
    for line in lines(sandbox) if sandbox and not found.problems else ():
        click.echo(line)
