"""`helmforge sandbox`: a throwaway registry and cluster on loopback."""

import click

from helmforge.cli.lazy import LazyGroup

COMMANDS = {
    "up": "helmforge.cli.sandbox.up:up",
    "down": "helmforge.cli.sandbox.down:down",
    "status": "helmforge.cli.sandbox.status:status",
}


@click.group(cls=LazyGroup, commands_table=COMMANDS)
def sandbox() -> None:
    """A local registry and cluster to try things with.

    \b
    Example:
      helmforge sandbox up
    """
