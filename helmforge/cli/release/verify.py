"""`helmforge release verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import environment_option, output_option
from helmforge.cli.printing import as_json, clean, table
from helmforge.cli.release.production import look_up, look_up_everything

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helmforge.domain.chain import Chain, Link


@click.command()
@click.argument("service", required=False)
@environment_option
@click.option("--all", "every", is_flag=True, help="Every service of the trunk.")
@output_option("text", "json")
def verify(service: str | None, environment: str, output: str, *, every: bool) -> None:
    """Prove that what runs in ENV now is what was approved.

    Follows the chain from the bytes that the nodes report, over Helm, registry and Git, back to the approvals
    and the record of the promotion, and names the link that is broken. Changes nothing. The exit code is 3
    when a link is broken, and 4 when none is, but something could not be asked.

    \b
    Examples:
      helmforge release verify notification --env prod
      helmforge release verify --all --env prod -o json
    """
    from helmforge.domain.chain import exit_code, worst  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.release import verify as flow  # noqa: PLC0415

    if every == bool(service):
        raise click.UsageError("give either SERVICE or --all")
    if service:
        at = look_up(service, environment)
        chains: tuple[Chain, ...] = (flow.verify(at.world, at.settings, at.service, at.environment),)
    else:
        world, settings, services = look_up_everything()
        chains = flow.verify_all(world, settings, services, settings.environment(environment))
    if output == "json":
        click.echo(as_json(_document(environment, chains), indent=2))
    else:
        click.echo("\n".join(_overview(chains) if every else _links(chains[0])))
    click.get_current_context().exit(int(exit_code(worst(chain.status for chain in chains))))


def _links(chain: Chain) -> Iterator[str]:
    title = f"{chain.service} {chain.version}".rstrip()
    yield f"{title} in {chain.environment}: {chain.status.value}"
    width = max(len(link.status.value) for link in chain.links)
    names = max(len(link.name) for link in chain.links)
    for link in chain.links:
        yield f"  {link.status.value.ljust(width)}  {link.name.ljust(names)}  {clean(link.what)}"
        yield from (f"  {'':{width}}  {'':{names}}  {line}" for line in _details(link))


def _details(link: Link) -> Iterator[str]:
    if link.expected:
        yield f"expected: {clean(link.expected)}"
    if link.found:
        yield f"found:    {clean(link.found)}"


def _overview(chains: tuple[Chain, ...]) -> Iterator[str]:
    """A row for each service, then what is not as it should be; links that say the same share a line."""
    rows = [
        (chain.service, chain.version or "-", chain.status.value, _worst_links(chain)) for chain in chains
    ]
    yield table(("SERVICE", "VERSION", "STATUS", "LINKS"), rows)
    for chain in chains:
        wrong = [link for link in chain.links if link.status.value in {"broken", "unknown"}]
        for (status, what, details), links in _alike(wrong).items():
            yield f"{chain.service}: {', '.join(link.name for link in links)} {status}: {clean(what)}"
            yield from (f"  {line}" for line in details)


def _alike(links: Iterable[Link]) -> dict[tuple[str, str, tuple[str, ...]], list[Link]]:
    found: dict[tuple[str, str, tuple[str, ...]], list[Link]] = {}
    for link in links:
        found.setdefault((link.status.value, link.what, tuple(_details(link))), []).append(link)
    return found


def _worst_links(chain: Chain) -> str:
    good = sum(link.status.value == "ok" for link in chain.links)
    bad = [link.name for link in chain.links if link.status.value == "broken"]
    return f"broken: {', '.join(bad)}" if bad else f"{good} ok"


def _document(environment: str, chains: tuple[Chain, ...]) -> dict[str, object]:
    return {
        "environment": environment,
        "services": [
            {
                "service": chain.service,
                "version": chain.version,
                "status": chain.status.value,
                "links": [_link(link) for link in chain.links],
            }
            for chain in chains
        ],
    }


def _link(link: Link) -> dict[str, str]:
    return {
        "name": link.name,
        "status": link.status.value,
        "what": link.what,
        "expected": link.expected,
        "found": link.found,
    }
