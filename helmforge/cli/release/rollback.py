"""`helmforge release rollback`."""

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
@click.argument("version", required=False)
@environment_option
@dry_run_option
@run_options
def rollback(
    service: str, version: str | None, environment: str, options: RunOptions, *, dry_run: bool
) -> None:
    """Go back to the version that ran in ENV before, or to a named VERSION that did.

    The chart comes from the registry by the digest that ran then, and the rollback is recorded like
    every deployment.

    \b
    Examples:
      helmforge release rollback notification --env prod
      helmforge release rollback notification 1.1.2 --env prod
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.output.report import Subject  # noqa: PLC0415
    from helmforge.cli.output.session import Session  # noqa: PLC0415
    from helmforge.flows.release import rollback as flow  # noqa: PLC0415
    from helmforge.flows.running import run_plan  # noqa: PLC0415

    session = Session(options.without_files() if dry_run else options, wiring.ci())
    with session.preparing("release rollback"):
        wanted = Version.parse(version) if version else None
        at = look_up(service, environment)
        plan = flow.prepare(at.world, at.settings, at.service, at.environment, wanted)
    if dry_run:
        text = "\n".join(plan_lines(plan))
        click.echo(as_json(plan_document(plan), indent=2) if options.output == "json" else text)
        return
    subject = Subject(
        "release rollback", f"{at.service.name} in {at.environment.name}", service=at.service.name
    )
    session.run(subject, plan, lambda sink: run_plan(at.world, at.settings, plan, sink))
