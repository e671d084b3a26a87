"""The commands of the services themselves."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.flows.ports import Log


class Commands:
    """Runs a service's commands in its folder: `./run-tests` is a file of that folder."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def run(self, command: tuple[str, ...], folder: Path, log: Log) -> None:
        line = shlex.join(command)
        hint = f"mend the service; to run it alone: cd {shlex.quote(str(folder))} && {line}"
        self._runner.check(command, what=f"`{line}` failed", hint=hint, cwd=folder, on_line=log)
