"""Files that a run leaves for its CI system."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def make_room(path: Path) -> None:
    """Before a run: the folder is there, and no file of an earlier run, which would speak of another one.

    UsageError now is better than a run without its report.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_special(path):
            path.unlink(missing_ok=True)
            path.touch()  # now it is known that there may be one
            path.unlink()
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(path)!r} cannot be written", why=_reason(error)) from error


def write(path: Path, content: bytes) -> None:
    """Whole or not at all. StepError when it cannot be written."""
    with _told(path):
        if _is_special(path):
            path.write_bytes(content)
            return
        beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def append(path: Path, content: bytes) -> None:
    """At the end of a file that others write too, on a line of its own, in one write."""
    with _told(path):
        opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(opened, (b"" if _ends_a_line(opened) else b"\n") + content)
        finally:
            os.close(opened)


def size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _ends_a_line(opened: int) -> bool:
    with suppress(OSError):  # nothing to seek in
        end = os.lseek(opened, 0, os.SEEK_END)
        return end == 0 or os.pread(opened, 1, end - 1) == b"\n"
    return True


def _is_special(path: Path) -> bool:
    """/dev/stdout, a pipe: nothing can be put in its place."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise StepError(f"{str(path)!r} cannot be written", why=_reason(error)) from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
