"""The commands of the services themselves."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from helmforge.domain.testing import passes
from helmforge.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.testing import UnitTests
    from helmforge.flows.ports import Log


class Commands:
    """Runs a service's commands in its folder: `./run-tests` is a file of that folder."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def run(self, tests: UnitTests, folder: Path, log: Log) -> None:
        line = shlex.join(tests.command)
        alone = f"to run it alone: cd {shlex.quote(str(folder))} && {line}"
        try:
            completed = self._runner.run(
                tests.command,
                cwd=folder,
                env=self._environment(tests),
                timeout=tests.timeout.total_seconds() if tests.timeout else None,
                on_line=log,
                group=tests.timeout is not None,
            )
        except ToolError as error:
            hint = error.hint or f"see what it waits for, or raise test.timeout in service.yaml; {alone}"
            raise ToolError(error.what, where=error.where, why=error.why, hint=hint) from error
        if completed.code != 0:
            raise completed.error(f"`{line}` failed", hint=f"mend the service; {alone}")

    def _environment(self, tests: UnitTests) -> dict[str, str | None]:
        hidden = (name for name in self._runner.environment if not passes(tests, name))
        return {**dict.fromkeys(hidden), **tests.env}
