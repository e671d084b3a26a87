"""`helmforge init`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import clean
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.flows.init import Adoption

_NEXT = "edit helmforge.yaml (clusters, namespaces), then: helmforge scaffold SERVICE"


@click.command()
@click.option(
    "--registry", metavar="HOST", help="Where images and charts live: host, host:port or host/path."
)
@output_option("text", "json")
def init(registry: str | None, output: str) -> None:
    """Adopt a repository: find services, describe them.

    Writes helmforge.yaml, and a service.yaml for each service. A folder with a Dockerfile, a chart or
    a service.yaml is a service. Nothing is overwritten.

    \b
    Example:
      helmforge init --registry myrepo.cr.io
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.init import initialise  # noqa: PLC0415

    git = wiring.git(Path.cwd())
    adoption = initialise(git, wiring.work_tree(git.root), lambda: registry or _ask_registry())
    if output == "json":
        click.echo(json.dumps(_document(adoption), indent=2))
    else:
        _print(adoption)


def _ask_registry() -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("the registry is not known", hint="helmforge init --registry myrepo.cr.io")
    answer: str = click.prompt("Registry for images and charts (such as myrepo.cr.io)", err=True)
    return answer.strip()


def _document(adoption: Adoption) -> dict[str, object]:
    return {
        "services": [{"name": service.name, "folder": service.folder} for service in adoption.services],
        "skipped": dict(adoption.skipped),
        "written": list(adoption.written),
        "trunk": adoption.trunk,
        "next": _NEXT,
    }


def _count(adoption: Adoption) -> str:
    number = len(adoption.services)
    return f"{number} service" if number == 1 else f"{number} services"


def _print(adoption: Adoption) -> None:
    click.echo(f"found {_count(adoption)}")
    for service in adoption.services:
        note = "  (has a service.yaml)" if service.configured else ""
        click.echo(f"  {clean(service.name)}  {clean(service.folder)}{note}")
    for folder, why in adoption.skipped.items():
        click.echo(f"  not taken: {clean(folder)}: {clean(why)}")
    click.echo(f"trunk: {clean(adoption.trunk)} ({adoption.trunk_source})")
    for path in adoption.written:
        click.echo(f"wrote {clean(path)}")
    click.echo(f"next: {_NEXT}")
