"""Which JUnit files a run of the tests has written, and where they go."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from helmforge.adapters.junit.reading import UnreadableError, read_results
from helmforge.domain.testing import Results
from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.flows.ports.machine import Stamps

_MOST_FILES = 5000


class JUnitFiles:
    """Of the repository at `root`. Symbolic links, and what they lead to outside of it, are not read."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def stamps(self, globs: tuple[str, ...]) -> Stamps:
        """Before the tests run: what is there is left from earlier."""
        return dict(self._found(globs))

    def collect(self, globs: tuple[str, ...], before: Stamps, target: Path | None) -> Results:
        """What was written since `before`. Readable files are copied to the folder `target`, if there is one,
        in which nothing of earlier runs stays.
        """
        if target is not None:
            shutil.rmtree(target, ignore_errors=True)
        found = Results()
        for path, stamp in self._found(globs):
            if before.get(path) != stamp:
                found += self._read(path, target)
        return found

    def _found(self, globs: tuple[str, ...]) -> Iterator[tuple[Path, tuple[int, int, int]]]:
        paths = {path for glob in globs for path in islice(self._root.glob(glob), _MOST_FILES)}
        for path in sorted(paths):
            with suppress(OSError):
                state = path.lstat()
                if stat.S_ISREG(state.st_mode) and path.parent.resolve().is_relative_to(self._root):
                    yield path, (state.st_mtime_ns, state.st_ino, state.st_size)

    def _read(self, path: Path, target: Path | None) -> Results:
        name = path.relative_to(self._root)
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                results = read_results(file)
                if target is not None:
                    file.seek(0)
                    _copy(file, target, "-".join(name.parts))
        except (OSError, UnreadableError) as error:
            return Results(files=1, unreadable=(f"{name}: {error}",))
        return results


def _copy(file: BinaryIO, folder: Path, name: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as copy:
            shutil.copyfileobj(file, copy)
    except OSError as error:
        why = error.strerror or str(error)
        raise StepError("the report of the tests cannot be written", where=str(folder), why=why) from error
