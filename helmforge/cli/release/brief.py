"""`helmforge release brief`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import environment_option, output_option
from helmforge.cli.printing import as_json
from helmforge.cli.release.production import look_up
from helmforge.domain.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.cli.brief.pieces import Page


@click.command()
@click.argument("service")
@click.argument("version")
@environment_option
@output_option("text", "markdown", "html", "json")
def brief(service: str, version: str, environment: str, output: str) -> None:
    """Show what an approver should know first: what VERSION would change in ENV, and who has signed it.

    Commits, the difference in the cluster with secrets masked, size and vulnerabilities of the image, how
    it did in the environment before, what happens next and how to undo it. Changes nothing. What cannot
    be found out from here is a line that says so.

    \b
    Examples:
      helmforge release brief notification 1.2.0 --env prod
      helmforge release brief notification 1.2.0 --env prod -o markdown >> "$GITHUB_STEP_SUMMARY"
    """
    from helmforge.flows.release import brief as flow  # noqa: PLC0415 - heavy imports happen late

    wanted = Version.parse(version)
    at = look_up(service, environment)
    result = flow.prepare(at.world, at.settings, at.service, wanted, at.environment)
    if output == "json":
        from helmforge.cli.brief.document import document  # noqa: PLC0415 - one form is printed

        click.echo(as_json(document(result), indent=2, sort_keys=True))
        return
    from helmforge.cli.brief.page import page_of  # noqa: PLC0415 - see above

    click.echo(_form(output)(page_of(result)))


def _form(output: str) -> Callable[[Page], str]:
    if output == "markdown":
        from helmforge.cli.brief.markdown import as_markdown  # noqa: PLC0415 - see above

        return as_markdown
    if output == "html":
        from helmforge.cli.brief.html import as_html  # noqa: PLC0415 - see above

        return as_html
    from helmforge.cli.brief.text import as_text  # noqa: PLC0415 - see above

    return as_text
