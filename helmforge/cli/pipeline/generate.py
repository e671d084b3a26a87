"""`helmforge pipeline generate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge import __version__
from helmforge.cli.options import connect, output_option
from helmforge.cli.printing import as_json, clean
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from helmforge.flows.generate import Generated


@click.command()
@click.argument("system", type=click.Choice([system.value for system in CiSystem]))
@click.option("--check", is_flag=True, help="Write nothing; exit code 3 when the file is not current.")
@click.option("--path", default="", metavar="FILE", help="Where the file goes, from the repository's root.")
@output_option("text", "json")
def generate(system: str, path: str, output: str, *, check: bool) -> None:
    """Write the file that makes a CI system call helmforge.

    It follows from helmforge.yaml and holds triggers, permissions and calls, no logic: commit it, and run
    the command again when helmforge.yaml changes. Lines between `begin yours` and `end yours` are kept.

    \b
    Examples:
      helmforge pipeline generate github
      helmforge pipeline generate jenkins --check
      helmforge pipeline generate gitlab --path ci/helmforge.yml
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows import generate as flow  # noqa: PLC0415

    world, settings = connect()
    request = flow.GenerateRequest(CiSystem(system), __version__, path, check)
    result = flow.generate(world.files, wiring.pipeline_templates(), settings, request)
    if output == "json":
        facts = {"path": result.path, "status": _status(result), "diff": result.diff}
        click.echo(as_json({**facts, "notes": list(result.notes)}, indent=2))
    else:
        _print(result)
        if not check:
            _print_notes(result)
    outdated = check and not result.current
    click.get_current_context().exit(int(ExitCode.REFUSED if outdated else ExitCode.DONE))


def _status(result: Generated) -> str:
    if result.current:
        return "current"
    return "written" if result.written else "outdated"


def _print(result: Generated) -> None:
    if _status(result) == "outdated":
        click.echo("\n".join(clean(line) for line in result.diff.splitlines()))
        click.echo(f"{result.path} is not current: {result.command}", err=True)
    else:
        click.echo(f"{result.path}: {_status(result)}")


def _print_notes(result: Generated) -> None:
    """Also about a file that stays as it is: settings that ask for something by hand need not be in it."""
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
