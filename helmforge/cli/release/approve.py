"""`helmforge release approve`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import environment_option, output_option
from helmforge.cli.printing import as_json, clean
from helmforge.cli.release.production import look_up
from helmforge.domain.version import Version

if TYPE_CHECKING:
    from helmforge.domain.brief import Summary


@click.command()
@click.argument("service")
@click.argument("version")
@environment_option
@output_option("text", "json")
def approve(service: str, version: str, environment: str, output: str) -> None:
    """Sign off one exact artifact: this image digest and this chart digest, for one environment.

    The approval is an annotated Git tag on the remote, made under your Git identity. On a terminal a few
    lines say first what you sign; all of it is shown by `helmforge release brief`. Nothing is asked.

    \b
    Example:
      helmforge release approve notification 1.2.0 --env prod
    """
    from helmforge.flows.release import approve as flow  # noqa: PLC0415 - heavy imports happen late

    wanted = Version.parse(version)
    at = look_up(service, environment)
    show = _show if sys.stderr.isatty() else None
    result = flow.approve(at.world, at.settings, at.service, wanted, at.environment, show)
    approval = result.approval
    if output == "json":
        more = {"created": result.created, "note": result.note}
        click.echo(as_json(json.loads(approval.to_message()) | more, sort_keys=True))
        return
    done = "approved" if result.created else "already approved:"
    subject = approval.subject
    click.echo(f"{done} {subject.service} {subject.version} for {subject.environment} as {approval.approver}")
    click.echo(f"  image    {subject.image}\n  chart    {subject.chart}\n  commit   {result.commit}")
    click.echo(f"  expires  {approval.expires.isoformat(timespec='minutes')}\n  tag      {approval.tag}")
    if result.note:
        click.echo(f"  note     {clean(result.note)}")
    click.echo(f"next: helmforge release promote {service} {subject.version} --env {subject.environment}")


def _show(summary: Summary) -> None:
    from helmforge.cli.brief.summary import summary_page  # noqa: PLC0415 - only who looks at it waits for it
    from helmforge.cli.brief.text import as_text  # noqa: PLC0415 - see above

    click.echo(as_text(summary_page(summary)) + "\n", err=True)
