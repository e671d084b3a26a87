"""The folder of a sandbox: where it is, whose it is, and one command at a time in it."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# The lock is the mark of ownership as well: what has no such file is never written to or removed.
LOCK = "helmforge-sandbox.lock"


def default_folder(environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return Path(environment.get("HELMFORGE_STATE") or home / "helmforge") / "sandbox"


def is_sandbox(folder: Path) -> bool:
    return (folder / LOCK).is_file()


def prepare(folder: Path) -> None:
    """Make `folder` if need be. RefusedError when it holds something that is not a sandbox."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        strangers = not is_sandbox(folder) and any(folder.iterdir())
    except OSError as error:
        raise UsageError(
            "this cannot be the folder of a sandbox", where=str(folder), why=str(error)
        ) from error
    if strangers:
        raise RefusedError(
            "the folder holds something that is not a sandbox",
            where=str(folder),
            hint="name an empty folder, or one that does not exist yet: --folder DIR",
        )


@contextmanager
def exclusive(folder: Path, log: Callable[[str], None], *, create: bool) -> Iterator[bool]:
    """Hold the sandbox's lock. Yields False, without a lock, when there is no sandbox and `create` is off."""
    while True:
        if create:
            prepare(folder)
        elif not is_sandbox(folder):
            yield False
            return
        try:
            descriptor = os.open(folder / LOCK, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
        except FileNotFoundError:  # another command has just removed the sandbox
            continue
        try:
            _lock(descriptor, log)
            if _still_there(descriptor, folder / LOCK):
                yield True
                return
        finally:
            os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether another command is at work on the sandbox at this moment."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def contents(folder: Path) -> list[Path]:
    """Everything but the lock."""
    return [entry for entry in folder.iterdir() if entry.name != LOCK]


def empty(folder: Path) -> None:
    for entry in contents(folder):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def remove(folder: Path) -> None:
    """The folder with all that is in it; the lock, which the caller holds, last."""
    empty(folder)
    (folder / LOCK).unlink()
    folder.rmdir()


def _lock(descriptor: int, log: Callable[[str], None]) -> None:
    if not _try_lock(descriptor):
        log("another command is at work on this sandbox: waiting for it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_there(descriptor: int, path: Path) -> bool:
    """Who held the lock before may have removed the file: then ours is a lock on nothing."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
