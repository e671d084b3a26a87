"""`helmforge release`: the release manager's commands."""

import click

from helmforge.cli.lazy import LazyGroup

COMMANDS = {
    "cut": "helmforge.cli.release.cut:cut",
    "status": "helmforge.cli.release.status:status",
    "brief": "helmforge.cli.release.brief:brief",
    "approve": "helmforge.cli.release.approve:approve",
    "hold": "helmforge.cli.release.hold:hold",
    "promote": "helmforge.cli.release.promote:promote",
    "rollback": "helmforge.cli.release.rollback:rollback",
    "audit": "helmforge.cli.release.audit:audit",
    "verify": "helmforge.cli.release.verify:verify",
}


@click.group(cls=LazyGroup, commands_table=COMMANDS)
def release() -> None:
    """Cut, approve, hold, promote and roll back versions of a service.

    \b
    Example:
      helmforge release cut notification --minor
    """
