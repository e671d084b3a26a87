"""`helmforge lint`."""

from __future__ import annotations

from pathlib import Path

import click

from helmforge.cli.options import output_option, warn
from helmforge.cli.printing import as_json


@click.command()
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Charts side by side.")
@output_option("text", "json", "sarif")
def lint(services: tuple[str, ...], jobs: int, output: str) -> None:
    """Find what is wrong with charts, values and configuration.

    Looks at each SERVICE, or at all, with the values of each environment: configuration, waivers of image
    scans, merge conflicts, YAML, the values' schema, `helm lint --strict`, rendering, and the policy. Each
    finding says where it is, why it is wrong and what to do. The exit code is 1 when there are findings, 2
    when the configuration is among them. In CI the first ones are shown beside the files, too.

    \b
    Examples:
      helmforge lint
      helmforge lint notification
      helmforge lint -o sarif > helmforge.sarif
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.findings import document, lines  # noqa: PLC0415 - see above
    from helmforge.cli.output.announcing import announce_all  # noqa: PLC0415 - see above
    from helmforge.cli.sarif import sarif  # noqa: PLC0415 - see above
    from helmforge.domain.annotations import annotation_of  # noqa: PLC0415 - see above
    from helmforge.domain.findings import exit_code  # noqa: PLC0415 - see above
    from helmforge.flows import lint as flow  # noqa: PLC0415 - see above

    git = wiring.git(Path.cwd())
    files, folders, helm = wiring.work_tree(git.root), wiring.chart_folders(git.root), wiring.helm(warn)
    with wiring.workspace() as work:
        report = flow.lint(git, files, folders, helm, services, work, today=wiring.today(), jobs=jobs)
    if output == "text":
        click.echo("\n".join(lines(report)))
        announce_all(wiring.ci(), map(annotation_of, report.findings))
    else:
        content = sarif(report.findings) if output == "sarif" else document(report)
        click.echo(as_json(content, indent=2))
    click.get_current_context().exit(int(exit_code(report.findings)))
