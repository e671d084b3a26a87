"""The temporary folder of one run, and those that killed runs left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "helmforge-run-"
# Held by a run until its end, also by kill -9; the mark of our folders as well: no other is ever removed.
# With the machine's name: a file system that machines share may not show one the locks of the other.
_LOCK = f"helmforge-run-on-{os.uname().nodename}.lock"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder for the time of a run, with nothing but its lock inside. Those of dead runs go first."""
    _remove_dead(Path(tempfile.gettempdir()))
    folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder() -> tuple[Path, int]:
    """Another run may take the folder for a dead one's between its making and its locking: then the next."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = -1
        with suppress(FileNotFoundError, BlockingIOError):
            lock = os.open(folder / _LOCK, _FILE | os.O_CREAT | os.O_EXCL, 0o600)
            _lock(lock)
            if os.path.samestat(os.fstat(lock), os.lstat(folder / _LOCK)):
                return folder, lock
        if lock >= 0:
            os.close(lock)


def _lock(descriptor: int) -> None:
    """BlockingIOError when it is held. Where a file system has no locks nothing is cleaned up, either."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def _remove_dead(parent: Path) -> None:
    """Never in the way of this run: what cannot be read, locked or removed stays."""
    with suppress(OSError):
        for name in os.listdir(parent):  # noqa: PTH208 - names only, no Path for each file of /tmp
            if name.startswith(_PREFIX):
                with suppress(OSError):
                    _remove_if_dead(parent / name)


def _remove_if_dead(folder: Path) -> None:
    inside = os.open(folder, _FOLDER)
    try:
        if not _is_own(inside):
            return
        lock = os.open(_LOCK, _FILE, dir_fd=inside)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(inside), os.lstat(folder)):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
    finally:
        os.close(inside)


def _is_own(descriptor: int) -> bool:
    """Ours, and nobody else could put anything into it."""
    found = os.fstat(descriptor)
    return found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
