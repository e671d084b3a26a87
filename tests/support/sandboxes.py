"""Sandboxes for tests: as a user drives them, and what they really leave on the machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.commands import start_helmforge
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.commands import Ran

SECONDS = 60.0
_LOOPBACK = "0100007F"
_LISTEN = "0A"


def user_environment(home: Path) -> dict[str, str]:
    """With the real tools on PATH, and nothing else of the machine's."""
    tools = (require_tool("helm4"), require_tool("kubectl"), require_tool("docker-registry"))
    return {"PATH": path_with(*tools), "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"}


class SandboxUser:
    """`helmforge sandbox` with one folder below `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "sandbox"
        self.environment = user_environment(home)

    def run(self, verb: str, *options: str, environment: Mapping[str, str] | None = None) -> Ran:
        added = dict(environment or {})
        arguments = ("sandbox", verb, "--folder", str(self.folder), *options)
        return start_helmforge(self.home, self.environment | added, *arguments)

    def up(self, *options: str, environment: Mapping[str, str] | None = None) -> Any:
        """The JSON document of a successful `up`."""
        ran = self.run("up", *options, "-o", "json", environment=environment)
        assert ran.code == 0, ran.err
        return ran.document

    def status(self) -> Any:
        ran = self.run("status", "-o", "json")
        assert ran.code == 0, ran.err
        return ran.document

    def begin_up(self) -> subprocess.Popen[bytes]:
        """An `up` that still runs."""
        argv = [sys.executable, "-m", "helmforge", "sandbox", "up", "--folder", str(self.folder)]
        null = subprocess.DEVNULL
        return subprocess.Popen(argv, cwd=self.home, env=self.environment, stdout=null, stderr=null)

    def processes(self) -> dict[str, int]:
        """Pids by name, as the sandbox recorded them."""
        state = json.loads((self.folder / "sandbox.json").read_text(encoding="utf-8"))
        return {process["name"]: process["pid"] for process in state["processes"]}

    def running(self) -> list[int]:
        """Every process of the machine that has the sandbox's folder in its command line."""
        return processes_with(str(self.folder))

    def clean_up(self) -> None:
        """Also after a test that broke something."""
        for pid in self.running():
            kill(pid)


def processes_with(text: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes() if folder.name.isdecimal() else b""
        except (FileNotFoundError, ProcessLookupError):
            continue
        if os.fsencode(text) in command and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    wait_for(lambda: not _running(pid), f"the end of process {pid}")


def listens_beyond_loopback(pid: int) -> list[str]:
    """Addresses, as /proc/net/tcp writes them, on which the process listens and others could reach it."""
    sockets = {str(descriptor.readlink()) for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
    found = []
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        for fields in (line.split() for line in lines):
            ours = f"socket:[{fields[9]}]" in sockets and fields[3] == _LISTEN
            if ours and not fields[1].startswith(f"{_LOOPBACK}:"):
                found.append(fields[1])
    return found


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
