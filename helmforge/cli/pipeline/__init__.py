"""`helmforge pipeline`: what a Git event means, and doing it."""

import click

from helmforge.cli.lazy import LazyGroup

COMMANDS = {
    "plan": "helmforge.cli.pipeline.plan:plan",
    "run": "helmforge.cli.pipeline.run:run",
    "generate": "helmforge.cli.pipeline.generate:generate",
}


@click.group(cls=LazyGroup, commands_table=COMMANDS)
def pipeline() -> None:
    """The step for your CI: recognise the Git event, plan, and run.

    \b
    Example:
      helmforge pipeline run
    """
