"""`helmforge release promote`."""

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
@click.argument("version")
@environment_option
@dry_run_option
@verbose_option
@output_option("text", "json")
def promote(
    service: str, version: str, environment: str, output: str, *, dry_run: bool, verbose: bool
) -> None:
    """Bring an approved version into ENV: re-tag the same bytes, then `helm upgrade`.

    \b
    Example:
      helmforge release promote notification 1.2.0 --env prod
    """
    from helmforge.flows.release import promote as flow  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.running import run_plan  # noqa: PLC0415

    wanted = Version.parse(version)
    at = look_up(service, environment)
    promotion = flow.prepare(at.world, at.settings, at.service, wanted, at.environment)
    if dry_run:
        text = "\n".join(plan_lines(promotion.plan))
        click.echo(as_json(plan_document(promotion.plan), indent=2) if output == "json" else text)
        return
    with renderer(output, verbose=verbose) as sink:
        summary = run_plan(at.world, at.settings, promotion.plan, sink)
    finish(summary, output)
