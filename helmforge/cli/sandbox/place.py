"""What the sandbox commands share: which sandbox, and how it is described."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from helmforge.sandbox.lifecycle import Lifecycle
    from helmforge.sandbox.state import Sandbox

folder_option = click.option(
    "--folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The sandbox's folder: one sandbox in each.  [default: in $XDG_STATE_HOME]",
)


def lifecycle(folder: Path | None) -> Lifecycle:
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late

    return wiring.sandbox(folder, lambda line: click.echo(clean(line), err=True))


def document(sandbox: Sandbox) -> dict[str, object]:
    return {
        "registry": sandbox.registry,
        "cluster": sandbox.cluster,
        "note": sandbox.note,
        "kubeconfig": str(sandbox.kubeconfig),
        "contexts": list(sandbox.contexts),
        "environment": {"KUBECONFIG": str(sandbox.kubeconfig)},
    }


def lines(sandbox: Sandbox) -> list[str]:
    """The last one is for a shell; nothing in it needs escaping for a terminal but the path."""
    return [
        f"registry    {sandbox.registry}",
        f"cluster     {sandbox.cluster} ({sandbox.note})",
        f"contexts    {clean(', '.join(sandbox.contexts))}",
        f"kubeconfig  {clean(str(sandbox.kubeconfig))}",
        f"export KUBECONFIG={shlex.quote(str(sandbox.kubeconfig))}",
    ]
