"""Serve a control plane in the foreground, for whoever starts it in the background."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.errors import ExitCode, HelmforgeError
from helmforge.sandbox.components import cached_binaries
from helmforge.sandbox.controlplane import start_control_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.sandbox.controlplane import ControlPlane

_POLL_SECONDS = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after SIGTERM, SIGINT or the last user's leave; an error's own code otherwise."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end in KeyboardInterrupt
    try:
        folder = Path(options.folder).resolve()
        binaries = Path(options.binaries) if options.binaries else cached_binaries(os.environ)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with start_control_plane(folder, binaries) as plane:
            sys.stderr.write(f"ready: KUBECONFIG={plane.kubeconfig}\n")
            _serve(plane, options.while_locked)
    except KeyboardInterrupt:
        return ExitCode.DONE
    except HelmforgeError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return error.exit_code
    return ExitCode.DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m helmforge.sandbox.controlplane", description=__doc__)
    parser.add_argument("--folder", required=True, help="gets the kubeconfig, the certificates and the logs")
    parser.add_argument("--binaries", help="folder with kube-apiserver, kwok, … (default: helmforge's cache)")
    parser.add_argument(
        "--while-locked", metavar="FILE", help="end when no process holds a lock (flock) on FILE any more"
    )
    return parser


def _serve(plane: ControlPlane, lock: str | None) -> None:
    """Until a signal comes, a component ends, or the last lock is given up."""
    if lock is None:
        while True:
            plane.require_alive()
            time.sleep(_POLL_SECONDS)
    with Path(lock).open("ab") as file:
        while not _acquired(file.fileno()):
            plane.require_alive()
            time.sleep(_POLL_SECONDS)
        plane.stop()  # while the lock is held: who waits for it next finds a stopped cluster


def _acquired(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
