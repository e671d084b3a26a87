"""Reading charts, and replacing files of a chart together."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helmforge.adapters.chart_folders import staging
from helmforge.errors import RefusedError, StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


class ChartFolders:
    """Implements `helmforge.flows.ports.ChartFolders`."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def recover(self, chart: str) -> bool:
        folder = self._folder(chart)
        if not os.path.lexists(folder / staging.STAGING):
            return False
        with _alone(folder, chart), _explained(chart):
            return staging.recover(folder, chart)

    def files(self, chart: str, *, largest: int) -> tuple[str, ...]:
        folder = self._folder(chart)
        with _explained(chart):
            found = [path for path in folder.rglob("*") if path.is_file()]
            inside = [path for path in found if path.resolve().is_relative_to(self._root)]
            small = [path for path in inside if path.stat().st_size <= largest]
        names = (path.relative_to(folder).as_posix() for path in small)
        return tuple(sorted(name for name in names if not name.startswith(f"{staging.STAGING}/")))

    def read(self, chart: str, paths: Iterable[str]) -> dict[str, bytes | None]:
        folder = self._folder(chart)
        linked = _Linked(str(folder))
        found: dict[str, bytes | None] = {}
        with _explained(chart):
            for path in paths:
                if linked.below(path):
                    found[path] = None
                    continue
                try:
                    mode = os.lstat(f"{folder}/{path}").st_mode
                except FileNotFoundError:
                    continue
                except NotADirectoryError:  # the user has a file where this one's folder would be
                    found[path] = None
                    continue
                found[path] = (folder / path).read_bytes() if stat.S_ISREG(mode) else None
        return found

    def copy(self, chart: str, target: Path, changes: Mapping[str, bytes | None]) -> None:
        """The copy has `changes`, the chart itself stays as it is."""
        with _explained(chart):
            ignored = shutil.ignore_patterns(staging.STAGING)
            shutil.copytree(self._folder(chart), target, symlinks=True, ignore=ignored)
            for path, content in changes.items():
                place = target / path
                place.unlink(missing_ok=True)
                if content is not None:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)

    def replace(
        self, chart: str, expected: Mapping[str, bytes | None], changes: Mapping[str, bytes | None]
    ) -> None:
        folder = self._folder(chart)
        with _alone(folder, chart), _explained(chart):
            staging.recover(folder, chart)
            now = self.read(chart, changes)
            moved = sorted(path for path in changes if now.get(path) != expected[path])
            if moved:
                raise RefusedError(
                    "a file was changed while the update was being prepared",
                    where=f"{chart}/{moved[0]}",
                    hint="nothing was written to this chart; run the same command again",
                )
            staging.apply(folder, chart, now, changes)

    def _folder(self, chart: str) -> Path:
        folder = self._root / chart
        try:
            inside = folder.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError):  # a circle of symbolic links
            inside = False
        if not inside:
            raise UsageError(f"{chart!r} leads out of the repository", why="a symbolic link points elsewhere")
        return folder


class _Linked:
    """Knows which folders inside a chart are, or are below, symbolic links."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known = {"": False}

    def below(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        if folder not in self._known:
            self._known[folder] = self.below(folder) or os.path.islink(f"{self._root}/{folder}")  # noqa: PTH114 - thousands of times
        return self._known[folder]


@contextmanager
def _alone(folder: Path, chart: str) -> Iterator[None]:
    """One helmforge at a time changes a chart. The lock goes with the process that holds it."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StepError(f"cannot open the chart {chart!r}", why=error.strerror or str(error)) from error
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        hint = "wait for it, then run the same command again"
        raise RefusedError("another helmforge is changing this chart", where=chart, hint=hint) from None
    finally:
        os.close(opened)


@contextmanager
def _explained(chart: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
        raise StepError(
            f"cannot work in the chart {chart!r}",
            where=place.partition(f"/{chart}/")[2] and f"{chart}/{place.partition(f'/{chart}/')[2]}",
            why=error.strerror or str(error),
            hint="make room or rights, then run the same command again",
        ) from error
