"""`helmforge release status`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import connect, output_option
from helmforge.cli.printing import age, as_json, clean, table
from helmforge.domain.namespaces import demand_released
from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from helmforge.flows.release.status import Row, Status

_HEADER = ("SERVICE", "ENVIRONMENT", "VERSION", "IMAGE", "REVISION", "AGE", "STATE", "REGISTRY")
_DIGEST_LENGTH = 19  # "sha256:" and twelve digits


@click.command()
@click.argument("service", required=False)
@output_option("text", "json")
def status(service: str | None, output: str) -> None:
    """What runs where, since when, and whether the registry still has it.

    The exit code is 4 when a cluster could not be asked.

    \b
    Examples:
      helmforge release status
      helmforge release status notification -o json
    """
    from helmforge.flows import configuration  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.release import status as flow  # noqa: PLC0415

    world, settings = connect()
    services = configuration.load_services(world.git, settings)
    if service is not None:
        services = (configuration.find_service(world.git, settings, services, service),)
        demand_released(settings, services[0])
    result = flow.status(world, settings, services)
    now = world.clock.now()
    click.echo(
        as_json(_document(result, now), indent=2, sort_keys=True) if output == "json" else _text(result, now)
    )
    if any(row.state == "unknown" for row in result.rows):
        click.get_current_context().exit(int(ExitCode.UNREACHABLE))


def _text(result: Status, now: datetime) -> str:
    rows = [_cells(row, now) for row in result.rows]
    lines = [table(_HEADER, rows)]
    lines += [
        f"note: {row.service} in {row.environment}: {clean(row.problem)}"
        for row in result.rows
        if row.problem
    ]
    for one in result.released:
        signed = f", approved by {clean(', '.join(tag.rpartition('/')[2] for tag in one.approvals))}"
        lines.append(
            f"newest release of {one.service}: {one.version} ({one.commit[:12]}"
            + (signed if one.approvals else ", not approved")
            + ")"
        )
    return "\n".join(lines)


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    revision = str(row.revision) if row.revision else ""
    image = row.image[:_DIGEST_LENGTH]
    return (
        row.service,
        row.environment,
        row.version or "-",
        image or "-",
        revision or "-",
        age(row.updated, now) or "-",
        row.state,
        row.registry or "-",
    )


def _document(result: Status, now: datetime) -> dict[str, object]:
    services = []
    for row in result.rows:
        document = asdict(row)
        document["updated"] = row.updated.isoformat() if row.updated else ""
        document["ageSeconds"] = int((now - row.updated).total_seconds()) if row.updated else None
        services.append(document)
    return {"services": services, "released": [asdict(one) for one in result.released]}
