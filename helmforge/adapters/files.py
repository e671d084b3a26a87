"""The user's work tree. Nothing is read or written outside of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.branches import glob_matches
from helmforge.errors import RefusedError, StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Never sources of this repository, whether or not somebody remembered to ignore them.
_FOREIGN = {"node_modules", "bower_components", "__pycache__"}
_FOREIGN_MARKS = ("pyvenv.cfg", "CACHEDIR.TAG", ".git")


class WorkTree:
    """Implements `helmforge.flows.ports.Files`."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._inner: set[str] = set()  # folders that were seen to lie inside

    def read(self, path: str) -> bytes | None:
        place = self._inside(path)
        try:
            return place.read_bytes() if place.is_file() else None
        except OSError as error:
            raise StepError(f"cannot read {path!r}", why=_reason(error)) from error

    def exists(self, path: str) -> bool:
        return os.path.lexists(self._inside(path))

    def find(self, *names: str) -> tuple[str, ...]:
        """Without `names`: all files. Left out are folders that .gitignore names, package managers' folders
        and other repositories.
        """
        return tuple(sorted(_find(self._root, "", frozenset(names), ())))

    def write_new(self, files: Mapping[str, str]) -> None:
        places = {path: self._inside(path) for path in files}
        taken = [path for path, place in places.items() if os.path.lexists(place)]
        if taken:
            raise _exist(taken)
        written = _Written()
        try:
            for path, place in places.items():
                written.folder(place.parent)
                written.file(place, files[path].encode())
        except FileExistsError as error:
            written.undo()
            raise _exist([_relative(self._root, error.filename)]) from error
        except OSError as error:
            written.undo()
            where = _relative(self._root, error.filename or "")
            raise StepError(
                f"cannot write {where!r}", why=_reason(error), hint="nothing was written; make room or rights"
            ) from error
        except BaseException:
            written.undo()
            raise

    def replace(self, path: str, expected: bytes | None, content: str) -> None:
        if self.read(path) != expected:
            raise RefusedError(f"{path} has changed meanwhile", hint="run the same command again")
        if expected is None:
            self.write_new({path: content})
            return
        place = self._inside(path).resolve()  # a link stays a link
        new = place.with_name(f".{place.name}.helmforge-{os.getpid()}")
        try:
            new.write_bytes(content.encode("utf-8", errors="surrogateescape"))
            new.chmod(place.stat().st_mode & 0o777)
            new.replace(place)
        except OSError as error:
            raise StepError(f"cannot write {path!r}", why=_reason(error), hint="it is as it was") from error
        finally:
            new.unlink(missing_ok=True)

    def _inside(self, path: str) -> Path:
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or not {*parts} - {"", "."} or "\0" in path:
            raise UsageError(f"{path!r} is not a path inside the repository")
        place, folder = Path(f"{self._root}/{path}"), path.rpartition("/")[0]
        if folder not in self._inner:
            self._require_inside(place.parent, path)
            self._inner.add(folder)
        if os.path.islink(place):  # noqa: PTH114 - a name that is too long is no link, and no error yet
            self._require_inside(place, path)
        return place

    def _require_inside(self, place: Path, path: str) -> None:
        try:
            inside = place.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError):  # a circle of symbolic links
            inside = False
        if not inside:
            raise UsageError(f"{path!r} leads out of the repository", why="a symbolic link points elsewhere")


class _Written:
    """What this call created, newest last."""

    def __init__(self) -> None:
        self._files: list[Path] = []
        self._folders: list[Path] = []
        self._there: set[Path] = set()

    def folder(self, place: Path) -> None:
        if place in self._there:
            return
        if not place.is_dir():
            self.folder(place.parent)
            place.mkdir()
            self._folders.append(place)
        self._there.add(place)

    def file(self, place: Path, content: bytes) -> None:
        opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._files.append(place)
        try:
            with open(opened, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                file.write(content)
        except OSError as error:
            error.filename = str(place)  # write(2) does not know it
            raise

    def undo(self) -> None:
        for file in reversed(self._files):
            with suppress(OSError):
                file.unlink()
        for folder in reversed(self._folders):
            with suppress(OSError):  # somebody else put something there meanwhile
                folder.rmdir()


def _exist(paths: list[str]) -> RefusedError:
    listed = ", ".join(sorted(paths))
    return RefusedError(
        f"files exist already: {listed}", why="only new files are written", hint="move them away"
    )


def _relative(root: Path, place: str | bytes) -> str:
    path = Path(os.fsdecode(place))
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _find(folder: Path, prefix: str, names: frozenset[str], ignored: tuple[_Ignore, ...]) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return  # a folder that we may not look into holds no service of ours
    if prefix and any(entry.name in _FOREIGN_MARKS for entry in entries):
        return
    if any(entry.name == ".gitignore" and entry.is_file() for entry in entries):
        ignored = (*ignored, *_ignores(folder / ".gitignore", prefix))
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if (
                not entry.name.startswith(".")
                and entry.name not in _FOREIGN
                and not _is_ignored(path, ignored)
            ):
                yield from _find(folder / entry.name, f"{path}/", names, ignored)
        elif (not names or entry.name in names) and entry.is_file(follow_symlinks=False):
            yield path


class _Ignore:
    """One line of a .gitignore, as far as it can concern folders."""

    def __init__(self, line: str, prefix: str) -> None:
        self.negated = line.startswith("!")
        pattern = line.removeprefix("!").rstrip("/")
        self._glob = prefix + (pattern.removeprefix("/") if "/" in pattern else f"**/{pattern}")

    def matches(self, path: str) -> bool:
        return glob_matches(self._glob, path)


def _ignores(file: Path, prefix: str) -> list[_Ignore]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [_Ignore(line.strip(), prefix) for line in lines if line.strip() and not line.startswith("#")]


def _is_ignored(path: str, ignored: tuple[_Ignore, ...]) -> bool:
    """The last line that matches decides."""
    return next((not line.negated for line in reversed(ignored) if line.matches(path)), False)
