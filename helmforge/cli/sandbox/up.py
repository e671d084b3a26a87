"""`helmforge sandbox up`."""

from __future__ import annotations

from pathlib import Path

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json
from helmforge.cli.sandbox.place import document, folder_option, lifecycle, lines


@click.command()
@click.option(
    "--cluster",
    type=click.Choice(["emulated", "controlplane", "kind", "minikube"]),
    help="What to start.  [default: emulated]",
)
@click.option(
    "--kubeconfig",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Start no cluster: use this one, with the contexts it has.",
)
@folder_option
@output_option("text", "json")
def up(cluster: str | None, kubeconfig: Path | None, folder: Path | None, output: str) -> None:
    """Start a local registry and cluster.

    They run in the background and can be reached from this machine only. The emulated cluster is an
    API that helm and kubectl can use; no pods run. A sandbox that is up is left as it is; what is left
    of one that ended is cleared away.

    \b
    Examples:
      helmforge sandbox up
      helmforge sandbox up --cluster controlplane --folder /tmp/second
      eval "$(helmforge sandbox up | grep ^export)"
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late

    if cluster and kubeconfig:
        raise click.UsageError("give --cluster or --kubeconfig, not both")
    sandbox, started = lifecycle(folder).up(wiring.sandbox_wish(cluster or "", kubeconfig))
    click.echo("the sandbox is up" if started else "nothing to do: the sandbox is up already", err=True)
    click.echo(
        as_json(document(sandbox) | {"started": started}, indent=2)
        if output == "json"
        else "\n".join(lines(sandbox))
    )
