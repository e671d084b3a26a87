"""The cache folder that all clones on a machine share, and safe ways to put things there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


class SetupError(Exception):
    """Something that the machine lacks and that setup cannot mend; the text says what to do."""


def say(line: str) -> None:
    sys.stderr.write(f"setup: {line}\n")


def cache_folder() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HELMFORGE_CACHE") or home / "helmforge").resolve()


def pins() -> dict[str, Any]:
    return tomllib.loads((ROOT / "dev" / "pins.toml").read_text(encoding="utf-8"))


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[None]:
    """One process of this machine at a time; the others wait here and then find the work done."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another setup is at work on {name}: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_program(path: Path, content: bytes) -> None:
    """An executable file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o755)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink()
        raise
