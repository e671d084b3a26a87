"""`helmforge render`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import environment_option, output_option, warn
from helmforge.cli.printing import as_json, clean

if TYPE_CHECKING:
    from helmforge.flows.render import Rendering


@click.command()
@click.argument("service")
@environment_option
@click.option(
    "--show-only", "only", multiple=True, metavar="TEMPLATE", help="Only what comes from it. Repeatable."
)
@output_option("yaml", "json")
def render(service: str, environment: str, only: tuple[str, ...], output: str) -> None:
    """Show the manifests that a deployment of the work tree would apply.

    With the values, release name, namespace and image repository of the environment. Only manifests
    go to stdout; what a release would know and the work tree does not is said on stderr.

    \b
    Examples:
      helmforge render notification --env qa
      helmforge render notification --env prod --show-only templates/deployment.yaml
      helmforge render notification --env qa | kubectl apply --dry-run=server -f -
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows import render as flow  # noqa: PLC0415 - see above
    from helmforge.flows.charts import WorkingChart  # noqa: PLC0415 - see above
    from helmforge.flows.configuration import find_service, load_services  # noqa: PLC0415 - see above
    from helmforge.flows.update.reading import recover  # noqa: PLC0415 - see above

    git = wiring.git(Path.cwd())
    files = wiring.work_tree(git.root)
    settings = wiring.settings(files)
    found = find_service(git, settings, load_services(git, settings), service)
    place = settings.environment(environment)
    folders = wiring.chart_folders(git.root)
    recover(folders, (found,))
    chart = WorkingChart(files, folders, git.root, found)
    with wiring.workspace() as work:
        rendering = flow.render(chart, wiring.helm(warn), settings, place, work, only)
    _notes(rendering)
    if output == "json":
        objects = [one for manifest in rendering.manifests for one in manifest.objects]
        click.echo(as_json({"apiVersion": "v1", "kind": "List", "items": objects}, indent=2))
    else:
        click.echo("".join(f"---\n{manifest.text}" for manifest in rendering.manifests), nl=False)


def _notes(rendering: Rendering) -> None:
    notes = [f"release {rendering.release} in namespace {rendering.namespace}"]
    if rendering.image:
        unknown = "not known before a release: its tag and digest, shown as the values say"
        notes.append(f"image {rendering.image}; {unknown}")
    if rendering.left_out:
        notes.append(f"left out, an upgrade does not apply them: {', '.join(rendering.left_out)}")
    for note in notes:
        click.echo(f"note: {clean(note)}", err=True)
