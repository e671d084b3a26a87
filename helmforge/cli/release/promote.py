"""`helmforge release promote`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import dry_run_option, environment_option
from helmforge.cli.output.options import run_options
from helmforge.cli.printing import as_json
from helmforge.cli.release.production import look_up
from helmforge.cli.summaries import plan_document, plan_lines
from helmforge.domain.version import Version

if TYPE_CHECKING:
    from helmforge.cli.output.options import RunOptions


@click.command()
@click.argument("service")
@click.argument("version")
@environment_option
@dry_run_option
@run_options
def promote(service: str, version: str, environment: str, options: RunOptions, *, dry_run: bool) -> None:
    """Bring an approved version into ENV: re-tag the same bytes, then `helm upgrade`.

    \b
    Example:
      helmforge release promote notification 1.2.0 --env prod
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.output.report import Subject  # noqa: PLC0415
    from helmforge.cli.output.session import Session  # noqa: PLC0415
    from helmforge.flows.release import promote as flow  # noqa: PLC0415
    from helmforge.flows.running import run_plan  # noqa: PLC0415

    ci = wiring.ci()
    session = Session(options.without_files() if dry_run else options, ci)
    with session.preparing("release promote"):
        wanted = Version.parse(version)
        at = look_up(service, environment)
        promotion = flow.prepare(at.world, at.settings, at.service, wanted, at.environment, ci)
    if dry_run:
        text = "\n".join(plan_lines(promotion.plan))
        document = plan_document(promotion.plan)
        click.echo(as_json(document, indent=2) if options.output == "json" else text)
        return
    about = f"{at.service.name} {wanted} to {at.environment.name}"
    subject = Subject("release promote", about, service=at.service.name, version=wanted.tag)
    session.run(subject, promotion.plan, lambda sink: run_plan(at.world, at.settings, promotion.plan, sink))
