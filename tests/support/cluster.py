"""The Kubernetes API of the e2e tests: the real control plane of the sandbox, or a cluster of yours."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING

from helmforge.errors import MissingToolError
from helmforge.sandbox.components import cached_binaries
from tests.support.tools import missing, require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER_CLUSTER = "HELMFORGE_E2E_KUBECONFIG"
_DEADLINE_SECONDS = 240.0
_POLL_SECONDS = 0.05


def kubectl(kubeconfig: Path, *arguments: str, stdin: str = "") -> str:
    """What kubectl prints; AssertionError with its errors when it fails."""
    argv = [str(require_tool("kubectl")), f"--kubeconfig={kubeconfig}", *arguments]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def copy_with_contexts(kubeconfig: Path, target: Path, contexts: tuple[str, ...]) -> None:
    """Write a kubeconfig in which `contexts` all mean the current context of the given one."""
    flat = kubectl(kubeconfig, "config", "view", "--raw", "--flatten", "--minify", "-o", "json")
    document = json.loads(flat)
    current = document["contexts"][0]["context"]
    document["contexts"] = [{"name": name, "context": current} for name in contexts]
    document["current-context"] = contexts[0]
    target.touch(mode=0o600)
    target.write_text(json.dumps(document), encoding="utf-8")


@contextlib.contextmanager
def shared_control_plane(folder: Path) -> Iterator[Path]:
    """One control plane for all processes that name the same folder; yields its kubeconfig.

    Who uses it holds a shared lock, and the server ends when nobody does: a test process that is
    killed cannot leave it behind.
    """
    folder.mkdir(exist_ok=True)
    kubeconfig = folder / "kubeconfig"
    with (folder / "start.lock").open("ab") as starting, (folder / "users.lock").open("ab") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits for a server that is about to end
        if not kubeconfig.exists():
            _start(folder)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield kubeconfig
        fcntl.flock(users, fcntl.LOCK_UN)
        _wait_for_end(kubeconfig, users)


def _start(folder: Path) -> None:
    try:
        binaries = cached_binaries(os.environ)
    except MissingToolError as error:
        missing(f"{error} ({error.hint})")
    log = folder / "server.log"
    argv = [sys.executable, "-m", "helmforge.sandbox.controlplane", f"--folder={folder}"]
    argv += [f"--binaries={binaries}", f"--while-locked={folder / 'users.lock'}"]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [(os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    # Not subprocess: its objects complain when they are dropped before their process ends, and
    # this process may end long before the other users of the server.
    pid = os.posix_spawn(sys.executable, argv, os.environ, file_actions=files, setsid=True)
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not (folder / "kubeconfig").exists():
        ended, _ = os.waitpid(pid, os.WNOHANG)
        assert not ended, f"the control plane did not start: {log.read_text()}"
        assert time.monotonic() < deadline, f"the control plane is late: {log.read_text()}"
        time.sleep(_POLL_SECONDS)


def _wait_for_end(kubeconfig: Path, users: IO[bytes]) -> None:
    """The last user sees the server off, so that nothing runs any more when the tests have ended."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while kubeconfig.exists():
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else uses it, or it is ending
        fcntl.flock(users, fcntl.LOCK_UN)
        assert time.monotonic() < deadline, f"the control plane in {kubeconfig.parent} does not end"
        time.sleep(_POLL_SECONDS)
