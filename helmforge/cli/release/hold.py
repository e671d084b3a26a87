"""`helmforge release hold`."""

from __future__ import annotations

import click

from helmforge.cli.options import environment_option
from helmforge.cli.printing import clean
from helmforge.cli.release.production import look_up


@click.command()
@click.argument("service")
@environment_option
@click.option("--reason", default="", metavar="TEXT", help="Why; everybody who is refused reads it.")
@click.option("--release", "lifted", is_flag=True, help="Lift the hold.")
def hold(service: str, environment: str, reason: str, *, lifted: bool) -> None:
    """Stop promotions of a service to ENV until the hold is lifted. Rollbacks stay possible.

    The hold is a Git tag on the remote, made under your Git identity.

    \b
    Examples:
      helmforge release hold notification --env prod --reason "orders get lost"
      helmforge release hold notification --env prod --release
    """
    from helmforge.flows.release import hold as flow  # noqa: PLC0415 - heavy imports happen late

    if lifted and reason:
        raise click.UsageError("--reason goes with a new hold, not with --release")
    at = look_up(service, environment)
    name = f"{at.service.name} in {at.environment.name}"
    if lifted:
        gone = flow.lift(at.world, at.settings, at.service, at.environment)
        click.echo(f"lifted the hold of {name} ({clean(gone.text)})" if gone else f"nothing holds {name}")
        return
    held, new = flow.place(at.world, at.settings, at.service, at.environment, reason)
    click.echo(f"{'now on hold' if new else 'on hold already'}: {name}\n  tag  {held.tag}")
    click.echo(f"  why  {clean(held.text if not new else held.reason)}")
    click.echo(f"next: helmforge release hold {at.service.name} --env {at.environment.name} --release")
