"""`helmforge release rollback`."""

from __future__ import annotations

import click

from helmforge.cli.finish import finish
from helmforge.cli.options import dry_run_option, environment_option, output_option, verbose_option
from helmforge.cli.printing import as_json
from helmforge.cli.progress import renderer
from helmforge.cli.release.production import look_up
from helmforge.cli.summaries import plan_document, plan_lines
from helmforge.domain.version import Version


@click.command()
@click.argument("service")
@click.argument("version", required=False)
@environment_option
@dry_run_option
@verbose_option
@output_option("text", "json")
def rollback(
    service: str, version: str | None, environment: str, output: str, *, dry_run: bool, verbose: bool
) -> None:
    """Go back to the version that ran in ENV before, or to a named VERSION that did.

    The chart comes from the registry by the digest that ran then, and the rollback is recorded like
    every deployment.

    \b
    Examples:
      helmforge release rollback notification --env prod
      helmforge release rollback notification 1.1.2 --env prod
    """
    from helmforge.flows.release import rollback as flow  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.running import run_plan  # noqa: PLC0415

    wanted = Version.parse(version) if version else None
    at = look_up(service, environment)
    plan = flow.prepare(at.world, at.settings, at.service, at.environment, wanted)
    if dry_run:
        click.echo(
            as_json(plan_document(plan), indent=2) if output == "json" else "\n".join(plan_lines(plan))
        )
        return
    with renderer(output, verbose=verbose) as sink:
        summary = run_plan(at.world, at.settings, plan, sink)
    finish(summary, output)
