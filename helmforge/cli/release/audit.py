"""`helmforge release audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json, clean, table
from helmforge.cli.release.production import look_up_everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.audit import Audit

_HEADER = ("KIND", "ENVIRONMENT", "WHAT", "WHY")


@click.command()
@click.option(
    "--env",
    "environment",
    metavar="ENV",
    help="An environment of helmforge.yaml. [default: those with deploy: on-approval]",
)
@output_option("text", "json")
def audit(environment: str | None, output: str) -> None:
    """List what is in production without a promotion: tags, running images, Helm releases.

    Looks at every tag where ENV's images (and promoted charts) live, and at every pod and Helm release in
    its namespaces. Changes nothing. The exit code is 3 when something is found, and 4 when nothing is, but
    not everything could be asked.

    \b
    Examples:
      helmforge release audit
      helmforge release audit --env prod -o json
    """
    from helmforge.domain.audit import exit_code  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.release import audit as flow  # noqa: PLC0415

    world, settings, services = look_up_everything()
    wanted = (settings.environment(environment),) if environment else flow.audited(settings)
    audits = tuple(flow.audit(world, settings, services, one) for one in wanted)
    if output == "json":
        click.echo(as_json({"environments": [_document(one) for one in audits]}, indent=2))
    else:
        click.echo("\n".join(_text(audits)))
    click.get_current_context().exit(int(exit_code(audits)))


def _text(audits: tuple[Audit, ...]) -> Iterator[str]:
    rows = [(one.kind.value, one.environment, one.subject, one.why) for it in audits for one in it.oddities]
    if rows:
        yield table(_HEADER, rows)
    for one in audits:
        yield from (f"not asked in {one.environment}: {clean(text)}" for text in one.unknown)
        found = f"{len(one.oddities)} found" if one.oddities else "nothing found"
        looked = f"tags: {one.tags}, containers: {one.containers}, Helm releases: {one.releases}"
        yield f"{one.environment}: {found} ({looked})"
    if not audits:
        yield "nothing to audit: no environment has deploy: on-approval"


def _document(audit: Audit) -> dict[str, object]:
    return {
        "environment": audit.environment,
        "found": [
            {"kind": one.kind.value, "subject": one.subject, "why": one.why, "image": one.image}
            for one in audit.oddities
        ],
        "unknown": list(audit.unknown),
        "tags": audit.tags,
        "containers": audit.containers,
        "releases": audit.releases,
    }
