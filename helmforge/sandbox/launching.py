"""Starting the servers of a sandbox in the background."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import helmforge
from helmforge.adapters.process import Runner
from helmforge.errors import StepError
from helmforge.sandbox.children import Child
from helmforge.sandbox.processes import read_record, record_path, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from helmforge.sandbox.processes import Process

RUN_PREFIX = "run-"
_OVER_PREFIX = "over-"
_GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.02
# Nothing else reaches the servers: docker-registry, for one, takes REGISTRY_HTTP_ADDR for an order.
_VARIABLES = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "HELMFORGE_CACHE")


@dataclass(frozen=True)
class Launcher:
    """Starts processes that write themselves down in `folder`, which also gets their logs."""

    folder: Path
    environment: Mapping[str, str]
    log: Callable[[str], None]
    processes: list[Process] = field(default_factory=list)

    def start(
        self, name: str, argv: Sequence[str], *, ready: Callable[[], bool], seconds: float, logged: str = ""
    ) -> None:
        """Returns when `ready` says so. `argv[0]` is the path of a program.

        Raises StepError, with the end of the log, when it ends before that or takes longer than `seconds`.
        """
        self.log(f"starting {logged or name} ...")
        record, output = record_path(self.folder, name), self.folder / f"{name}.log"
        python = [sys.executable, "-P", "-m", "helmforge.sandbox.background"]
        process = self._runner().start([*python, str(record), *argv], log=output, cwd=self.folder)
        child = Child(name, output, process)
        deadline = time.monotonic() + seconds
        while not (record.exists() and ready()):
            child.require_alive()
            if time.monotonic() > deadline:
                raise StepError(
                    f"{name} is not ready after {seconds:g} s", where=str(output), why=child.log_tail()
                )
            time.sleep(_POLL_SECONDS)
        self.processes.append(read_record(record))

    def _runner(self) -> Runner:
        inherited = {name: self.environment[name] for name in _VARIABLES if name in self.environment}
        package = Path(helmforge.__file__).parents[1]
        return Runner(inherited | {"PYTHONPATH": str(package), "OTEL_TRACES_EXPORTER": "none"})


def new_run(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir=folder))


def stop_runs(folder: Path) -> list[str]:
    """End every process that was ever started in the sandbox; the names of those that still ran.

    A process that is just starting and has not written itself down finds its folder gone and ends.
    """
    for run in list(folder.glob(f"{RUN_PREFIX}*")):
        run.rename(run.with_name(f"{_OVER_PREFIX}{run.name}"))
    over = folder.glob(f"{_OVER_PREFIX}*")  # also those of a command that was killed at this point
    return [name for run in over for name in _stop_recorded(run)]


def _stop_recorded(folder: Path) -> list[str]:
    running = [process for process in recorded(folder) if process.alive()]
    for process in running:
        process.stop(grace_seconds=_GRACE_SECONDS)
    return [process.name for process in running]
