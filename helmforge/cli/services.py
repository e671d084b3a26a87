"""`helmforge services`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import connect, deepen_option, output_option
from helmforge.cli.printing import as_json

if TYPE_CHECKING:
    from helmforge.flows.services import Listing


@click.command()
@click.option(
    "--since",
    default="",
    metavar="REF",
    help="Only those that changed since HEAD left REF: a branch, a tag, main~1.",
)
@click.option("--why", "explain", is_flag=True, help="With the chain from the changed file to each service.")
@click.option("--graph", type=click.Choice(["mermaid", "svg"]), help="Draw what depends on what.")
@deepen_option
@output_option("text", "json")
def services(since: str, graph: str | None, output: str, *, explain: bool, deepen: bool) -> None:
    """List the services, or those that are affected, and say why.

    With --why and without --since, HEAD is compared with the trunk. A drawing marks the affected services
    when it is told what to compare with.

    \b
    Examples:
      helmforge services
      helmforge services --since main --why
      helmforge services --since v1.4.0 -o json
      helmforge services --graph mermaid
      helmforge services --graph svg > services.svg
    """
    from helmforge.flows import services as flow  # noqa: PLC0415 - heavy imports happen late

    world, settings = connect()
    if deepen:
        world.git.deepen()
    base = since or (settings.trunk if explain else "")
    listing = flow.listing(world.git, settings, base, drawn=graph is not None)
    if graph is not None:
        from helmforge.cli import drawing  # noqa: PLC0415 - see above

        click.echo(drawing.mermaid(listing) if graph == "mermaid" else drawing.svg(listing))
    elif output == "json":
        click.echo(as_json(_document(listing), indent=2))
    elif listing.services:
        click.echo("\n".join(_lines(listing, explain=explain)))
    else:
        click.echo("no service is affected" if base else "there are no services yet", err=True)


def _lines(listing: Listing, *, explain: bool) -> list[str]:
    from helmforge.cli.reasons import chain_lines  # noqa: PLC0415 - heavy imports happen late

    reasons = {reason.service: reason for reason in listing.reasons}
    lines: list[str] = []
    for service in listing.services:
        lines.append(service.name)
        lines += chain_lines(reasons[service.name]) if explain and service.name in reasons else []
    return lines


def _document(listing: Listing) -> dict[str, object]:
    from helmforge.cli.reasons import reason_document  # noqa: PLC0415 - heavy imports happen late

    return {
        "since": list(listing.bases),
        "why": listing.why,
        "services": [
            {"name": one.name, "folder": one.folder, "context": one.context, "type": one.type}
            for one in listing.services
        ],
        "reasons": [reason_document(reason) for reason in listing.reasons],
    }
