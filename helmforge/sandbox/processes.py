"""Background processes that outlive the command that started them.

A process is known by its pid and by when it started: pids are used again, also after a reboot.
"""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
_RECORD_SUFFIX = ".process"
_ZOMBIE = "Z"
_KILL_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Process:
    """A process that leads a process group of its own. `started` is what `start_mark` said of it."""

    name: str
    pid: int
    started: str

    def alive(self) -> bool:
        return start_mark(self.pid) == self.started

    def stop(self, *, grace_seconds: float) -> None:
        """SIGTERM to the group, SIGKILL after the grace time. A stranger with the same pid is left alone.

        Raises StepError when the process is still there after SIGKILL.
        """
        for number, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, _KILL_GRACE_SECONDS)):
            if not self.alive():
                return
            self._signal(number)
            self._wait(seconds)
        if self.alive():
            raise StepError(
                f"{self.name} does not end", where=f"process {self.pid}", why="it survived SIGKILL"
            )

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise StepError(
                f"{self.name} cannot be stopped", where=f"process {self.pid}", why=str(error)
            ) from error

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.alive() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def start_mark(pid: int) -> str | None:
    """The boot and the time at which the process started; None when it does not run (any more)."""
    return _mark_of_proc(pid) if _BOOT.exists() else _mark_of_ps(pid)


def _mark_of_proc(pid: int) -> str | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # proc(5): the state is field 3, the start time field 22
    if fields[0] == _ZOMBIE:
        return None
    return f"{_BOOT.read_text(encoding='ascii').strip()}/{fields[19]}"


def _mark_of_ps(pid: int) -> str | None:
    """For systems without /proc."""
    from helmforge.adapters.process import Runner  # noqa: PLC0415 - not needed on Linux

    listed = Runner(os.environ | {"LC_ALL": "C"}).run(["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)])
    state, _, started = listed.out.strip().partition(" ")
    return None if not state or state.startswith(_ZOMBIE) else started.strip()


def record_path(folder: Path, name: str) -> Path:
    """Where the process `name` of the sandbox run in `folder` writes itself down."""
    return folder / f"{name}{_RECORD_SUFFIX}"


def write_record(path: Path) -> None:
    """The calling process, under the name of the file. OSError when the folder is gone."""
    process = Process(path.name.removesuffix(_RECORD_SUFFIX), os.getpid(), start_mark(os.getpid()) or "")
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(asdict(process)), encoding="utf-8")
    draft.replace(path)


def read_record(path: Path) -> Process:
    return Process(**json.loads(path.read_text(encoding="utf-8")))


def recorded(folder: Path) -> Iterator[Process]:
    """Every process that wrote itself down in `folder`, whether it runs or not."""
    for path in sorted(folder.glob(f"*{_RECORD_SUFFIX}")):
        yield read_record(path)
