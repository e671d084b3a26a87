"""What new templates mean for each file of a chart: taken, merged, or left to the person who edited it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from helmforge.domain.chart_lock import LOCK_FILE, ChartLock, LockedFile, blob_id, has_blob_id, lock_text
from helmforge.domain.chart_texts import has_markers, in_line_ends_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from helmforge.domain.chart_lock import LockedAnswers
    from helmforge.domain.settings import Service


class Action(Enum):
    """What becomes of a file. The values are words for people and for JSON."""

    CURRENT = "current"
    EDITED = "edited"
    REPLACED = "replaced"
    MERGED = "merged"
    CONFLICT = "conflict"
    ADDED = "added"
    REMOVED = "removed"
    DELETED = "deleted"  # by the user; it stays so
    UNRESOLVED = "unresolved"  # conflict markers of an earlier update
    OWN = "own"  # the templates have a file of this name now; the user's stays
    DROPPED = "dropped"  # by the templates, but edited: it is the user's now
    NO_BASE = "no base"
    NOT_MERGEABLE = "not mergeable"


_WAITING = frozenset({Action.CONFLICT, Action.UNRESOLVED, Action.NO_BASE, Action.NOT_MERGEABLE})
_TAKEN = frozenset({Action.CURRENT, Action.REPLACED, Action.ADDED})
_DIFFERENT = frozenset({Action.EDITED, Action.MERGED, Action.CONFLICT})


@dataclass(frozen=True)
class FileUpdate:
    """`before` and `after` are contents on disk; None where there is no file, or none that we may touch.
    `locked` is the file's entry in the lock from now on.
    """

    path: str
    action: Action
    before: bytes | None
    after: bytes | None
    locked: LockedFile | None

    @property
    def waits(self) -> bool:
        """Whether a person has to do something before the file can be current."""
        return self.action in _WAITING

    @property
    def writes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class ToMerge:
    """An edited file whose template changed. All texts have plain line ends."""

    path: str
    before: bytes
    mine: bytes
    base: LockedFile
    theirs: bytes
    locked: LockedFile


@dataclass(frozen=True)
class Merged:
    """`conflicts` counts the pairs of markers in `content`."""

    content: bytes
    conflicts: int


@dataclass(frozen=True)
class Pristine:
    """What the templates give today. `texts` are by path inside the chart; `version` and `overrides` as
    in ChartLock; `object_format` is Git's.
    """

    version: str
    overrides: str
    answers: LockedAnswers
    texts: Mapping[str, str]
    object_format: str = "sha1"

    def locked(self, path: str) -> LockedFile:
        return LockedFile(blob_id(self.texts[path].encode(), self.object_format))

    def lock(self) -> ChartLock:
        """Of a chart in which nobody has edited anything yet."""
        files = {path: self.locked(path) for path in self.texts}
        return ChartLock(self.version, self.overrides, self.answers, files)


def decide(
    lock: ChartLock, pristine: Pristine, found: Mapping[str, bytes | None]
) -> Iterator[FileUpdate | ToMerge]:
    """One decision for each file that the lock or the templates know.

    `found` are the files on disk; None stands for what is none: a symbolic link, a folder.
    """
    for path in sorted({*lock.files, *pristine.texts}):
        entry = lock.files.get(path)
        there, before = path in found, found.get(path)
        if path not in pristine.texts:
            yield _dropped(path, entry, before, there=there)
        elif entry is None:
            yield _new(path, pristine, before, there=there)
        elif not there:
            yield FileUpdate(path, Action.DELETED, None, None, entry)
        elif before is None:
            yield FileUpdate(path, Action.OWN, None, None, None)
        else:
            yield _known(path, entry, pristine, before)


def merged(
    task: ToMerge, base: bytes | None, merge: Callable[[ToMerge, bytes | None], Merged | None], *, force: bool
) -> FileUpdate:
    """`base` is the pristine text from before, None when nobody has it any more. Such a file is left
    alone; with `force` every difference in it becomes a conflict.
    """
    if base is None and not force:
        return FileUpdate(task.path, Action.NO_BASE, task.before, task.before, task.base)
    result = merge(task, base)
    if result is None:
        return FileUpdate(task.path, Action.NOT_MERGEABLE, task.before, task.before, task.base)
    action = Action.CONFLICT if result.conflicts else Action.MERGED
    return FileUpdate(
        task.path, action, task.before, in_line_ends_of(task.before, result.content), task.locked
    )


def new_lock(lock: ChartLock, pristine: Pristine, files: Iterable[FileUpdate]) -> ChartLock:
    """The lock as it was when nothing changed: then it is not written again."""
    known = ((file, _entry(file, pristine)) for file in files)
    entries = {file.path: entry for file, entry in known if entry is not None}
    updated = ChartLock(pristine.version, pristine.overrides, pristine.answers, entries)
    return lock if updated.says_the_same(lock) else updated


def _entry(file: FileUpdate, pristine: Pristine) -> LockedFile | None:
    if file.locked is None or file.action not in _TAKEN | _DIFFERENT:
        return file.locked
    differs = file.after is not None and plain(file.after) != pristine.texts[file.path].encode()
    return LockedFile(file.locked.blob, pristine.texts[file.path] if differs else None)


def _dropped(path: str, entry: LockedFile | None, before: bytes | None, *, there: bool) -> FileUpdate:
    if not there:
        return FileUpdate(path, Action.DELETED, None, None, None)
    if before is not None and entry is not None and has_blob_id(plain(before), entry.blob):
        return FileUpdate(path, Action.REMOVED, before, None, None)
    if before is not None and has_markers(before):
        return FileUpdate(path, Action.UNRESOLVED, before, before, entry)
    return FileUpdate(path, Action.DROPPED, before, before, None)


def _new(path: str, pristine: Pristine, before: bytes | None, *, there: bool) -> FileUpdate:
    new = pristine.texts[path].encode()
    if not there:
        return FileUpdate(path, Action.ADDED, None, new, pristine.locked(path))
    if before is not None and plain(before) == new:
        return FileUpdate(path, Action.CURRENT, before, before, pristine.locked(path))
    return FileUpdate(path, Action.OWN, before, before, None)


def _known(path: str, entry: LockedFile, pristine: Pristine, before: bytes) -> FileUpdate | ToMerge:
    new, locked = pristine.texts[path].encode(), pristine.locked(path)
    mine = plain(before)
    if mine == new:
        return FileUpdate(path, Action.CURRENT, before, before, locked)
    if has_markers(before):
        return FileUpdate(path, Action.UNRESOLVED, before, before, entry)
    if has_blob_id(new, entry.blob):
        return FileUpdate(path, Action.EDITED, before, before, entry)
    if has_blob_id(mine, entry.blob):
        return FileUpdate(path, Action.REPLACED, before, in_line_ends_of(before, new), locked)
    return ToMerge(path, before, mine, entry, new, locked)


@dataclass(frozen=True)
class ChartUpdate:
    """All files that the lock or the templates know, also those that stay as they are."""

    service: Service
    old: ChartLock
    new: ChartLock
    files: tuple[FileUpdate, ...]

    @property
    def chart(self) -> str:
        """The chart's folder, from the repository's root."""
        return self.service.chart

    @property
    def contents(self) -> dict[str, bytes | None]:
        """What changes in the chart, by path inside it, without the lock. None: the file goes."""
        return {file.path: file.after for file in self.files if file.writes}

    @property
    def lock(self) -> bytes | None:
        """The lock's new text; None when it stays."""
        return None if self.new is self.old else lock_text(self.new).encode()

    @property
    def is_current(self) -> bool:
        return not self.changes and not self.waiting

    @property
    def changes(self) -> tuple[str, ...]:
        """Paths inside the chart that an update would write or remove."""
        return (*self.contents, *([LOCK_FILE] if self.lock is not None else []))

    @property
    def waiting(self) -> tuple[FileUpdate, ...]:
        return tuple(file for file in self.files if file.waits)
