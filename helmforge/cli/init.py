"""`helmforge init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json, clean
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.flows.init import Adoption

_MOST_NAMED = 5


@click.command()
@click.option(
    "--registry", metavar="HOST", help="Where images and charts live: host, host:port or host/path."
)
@output_option("text", "json")
def init(registry: str | None, output: str) -> None:
    """Adopt a repository: find services, describe them.

    Writes helmforge.yaml, and a service.yaml for each service. A folder with a Dockerfile, a chart or
    a service.yaml is a service. Nothing is overwritten: run it again, without --registry, when new
    services have come, and it adds their service.yaml files.

    \b
    Example:
      helmforge init --registry myrepo.cr.io
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.init import initialise  # noqa: PLC0415

    git = wiring.git(Path.cwd())
    files = wiring.work_tree(git.root)
    adoption = initialise(git, files, lambda: registry or _ask_registry(), given=registry or "")
    if output == "json":
        click.echo(as_json(_document(adoption), indent=2))
    else:
        _print(adoption)


def _ask_registry() -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("the registry is not known", hint="helmforge init --registry myrepo.cr.io")
    answer: str = click.prompt("Registry for images and charts (such as myrepo.cr.io)", err=True)
    return answer.strip()


def _document(adoption: Adoption) -> dict[str, object]:
    return {
        "services": [
            {"name": service.name, "folder": service.folder, "note": service.note}
            for service in adoption.services
        ],
        "skipped": dict(adoption.skipped),
        "written": list(adoption.written),
        "trunk": adoption.trunk,
        "next": _next(adoption),
    }


def _count(adoption: Adoption) -> str:
    number = len(adoption.services)
    return f"{number} service" if number == 1 else f"{number} services"


def _next(adoption: Adoption) -> str:
    """A service that has a chart already needs none; one with a service.yaml may have another name."""
    bare = [service for service in adoption.new or adoption.services if not service.has_chart]
    names = " ".join(service.name for service in bare) or "SERVICE"
    if len(bare) > _MOST_NAMED or any(service.configured for service in bare):
        names = "SERVICE..."
    command = "helmforge pipeline plan" if adoption.services and not bare else f"helmforge scaffold {names}"
    return command if adoption.kept else f"edit helmforge.yaml (clusters, namespaces), then: {command}"


def _print(adoption: Adoption) -> None:
    click.echo(f"found {_count(adoption)}")
    for service in adoption.services:
        note = "  (has a service.yaml)" if service.configured else ""
        click.echo(f"  {clean(service.name)}  {clean(service.folder)}{note}")
        if service.note:
            click.echo(f"    mind: {clean(service.note)}")
    for folder, why in adoption.skipped.items():
        click.echo(f"  not taken: {clean(folder)}: {clean(why)}")
    click.echo(f"trunk: {clean(adoption.trunk)} ({adoption.trunk_source})")
    if adoption.kept:
        click.echo("kept  helmforge.yaml (it was there)")
    for path in adoption.written:
        click.echo(f"wrote {clean(path)}")
    if not adoption.written:
        click.echo("nothing to write: no service is new")
    click.echo(f"next: {_next(adoption)}")
