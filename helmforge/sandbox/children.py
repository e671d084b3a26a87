"""Long-running servers of a sandbox: started in the background, never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.errors import MissingToolError, StepError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LOG_TAIL_LINES = 15
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Child:
    """A running server, leader of a process group of its own, and the file with its output."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def alive(self) -> bool:
        return self.process.poll() is None

    def require_alive(self) -> None:
        """Raise StepError with the end of the log when the server has ended."""
        code = self.process.poll()
        if code is not None:
            raise StepError(
                f"{self.name} ended with exit code {code}", where=str(self.log), why=self.log_tail()
            )

    def log_tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])

    def stop(self, *, grace_seconds: float = 5.0) -> None:
        """SIGTERM to the whole group, SIGKILL to what is left after the grace time (0: at once)."""
        if grace_seconds > 0:
            self._signal(signal.SIGTERM)
            deadline = time.monotonic() + grace_seconds
            while self.alive() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def start_child(
    name: str, argv: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path | None = None
) -> Child:
    """Start a server in a session of its own. `argv[0]` is a path, or a name on the PATH of `env`.

    Linux kills it when the thread that started it ends, whatever the reason (a crash, SIGKILL):
    start children from the main thread.
    """
    runner = Runner(env)
    program = runner.find(argv[0])
    if program is None:
        raise MissingToolError(f"{name} cannot be started: {argv[0]} is not there")
    process = runner.start([*_parent_death_guard(), program, *argv[1:]], log=log, cwd=cwd)
    return Child(name, log, process)


def _parent_death_guard() -> list[str]:
    """The program setpriv is part of util-linux; where there is none (macOS), only stop() ends the child."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
