"""Several files of a chart, changed together: whoever is killed in between leaves what the next run finishes.

Everything new is written into the folder `.helmforge-update.tmp` first, in three sorts: `N.new` and its
`N.spare`, and `N.old`, what is there now. One rename then makes `manifest.json` valid. From that moment on
the change will happen: renames bring the new files to their places, by this run or by the next one. A
folder without a manifest is what was not begun, or is done; it goes away.

`*.tmp` is in every chart's `.helmignore`, so that Helm packages none of it, and the `.gitignore` in the
folder names everything in it, so that Git commits none of it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from helmforge.domain.chart_lock import LOCK_FILE, is_chart_path
from helmforge.errors import RefusedError, StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGING = ".helmforge-update.tmp"
_MANIFEST = "manifest.json"
_FORMAT = 1
_LARGEST = 1024 * 1024


@dataclass(frozen=True)
class _Change:
    """`old` and `new` are the SHA-256 of the contents; empty: there is no file."""

    path: str
    old: str
    new: str


def apply(
    folder: Path, chart: str, now: Mapping[str, bytes | None], changes: Mapping[str, bytes | None]
) -> None:
    """All of `changes` (None removes), or on a failure none. `now` is what stands there, of these paths."""
    staged = folder / STAGING
    made: list[Path] = []
    try:
        manifest = _stage(folder, staged, made, now, changes)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        for place in reversed(made):
            with suppress(OSError):
                place.rmdir()
        raise
    done: list[tuple[int, _Change]] = []
    try:
        for number, change in enumerate(manifest):
            done.append((number, change))
            _bring(folder, staged, number, change, chart)
    except BaseException:
        _take_back(folder, staged, done)
        raise
    _finish(staged)


def recover(folder: Path, chart: str) -> bool:
    """Finishes what an interrupted run has staged, and removes what it has not. Whether files changed."""
    staged = folder / STAGING
    try:
        mode = os.lstat(staged).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        hint = f"remove it: rm {chart}/{STAGING}"
        raise StepError(f"{chart}/{STAGING} is in the way", why="it is not a folder", hint=hint)
    manifest = _manifest(staged, chart)
    for number, change in enumerate(manifest):
        _demand_inside(folder, change, chart)  # anybody could have committed a manifest
        _bring(folder, staged, number, change, chart)
    _finish(staged)
    return bool(manifest)


def _stage(
    folder: Path,
    staged: Path,
    made: list[Path],
    now: Mapping[str, bytes | None],
    changes: Mapping[str, bytes | None],
) -> list[_Change]:
    staged.mkdir()
    (staged / ".gitignore").write_text("*\n", encoding="utf-8")
    # The lock last: until then it says what stood there before.
    paths = sorted(changes, key=lambda path: (path == LOCK_FILE, path))
    for number, path in enumerate(paths):
        old, new = now.get(path), changes[path]
        _make_folder(folder / path, made)
        if old is not None:
            _write(staged / f"{number}.old", old, like=folder / path)
        if new is not None:
            for sort in ("new", "spare"):
                _write(staged / f"{number}.{sort}", new, like=folder / path)
    manifest = [_Change(path, _digest(now.get(path)), _digest(changes[path])) for path in paths]
    part = staged / f"{_MANIFEST}.part"
    document = {"format": _FORMAT, "changes": [asdict(change) for change in manifest]}
    part.write_text(json.dumps(document), encoding="utf-8")
    part.rename(staged / _MANIFEST)
    return manifest


def _make_folder(place: Path, made: list[Path]) -> None:
    """Here and not later: what can fail for want of room or rights fails while nothing has changed."""
    missing = []
    parent = place.parent
    while not parent.is_dir():
        missing.append(parent)
        parent = parent.parent
    for each in reversed(missing):
        each.mkdir()
        made.append(each)
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise PermissionError(13, "the folder cannot be written", str(place.parent))


def _write(place: Path, content: bytes, *, like: Path) -> None:
    try:
        place.write_bytes(content)
    except OSError as error:
        error.filename = str(place)  # write(2) does not know it
        raise
    if like.exists():
        place.chmod(stat.S_IMODE(like.stat().st_mode))


def _bring(folder: Path, staged: Path, number: int, change: _Change, chart: str) -> None:
    """One file to its place. Nothing happens where it is there already."""
    place = folder / change.path
    found = _digest(_content(place))
    if found == change.new:
        return
    if found != change.old:
        raise _edited_meanwhile(chart, change.path)
    if not change.new:
        place.unlink()
        return
    for sort in ("new", "spare"):
        source = staged / f"{number}.{sort}"
        if _digest(_content(source)) == change.new:
            if not place.parent.is_dir():  # somebody tidied up since
                place.parent.mkdir(parents=True)
            source.rename(place)
            return
    raise _edited_meanwhile(chart, change.path)


def _take_back(folder: Path, staged: Path, done: list[tuple[int, _Change]]) -> None:
    """When this fails, too, the manifest stays, and the next run goes on."""
    for number, change in reversed(done):
        place = folder / change.path
        if _digest(_content(place)) != change.new or change.new == change.old:
            continue
        if change.old:
            (staged / f"{number}.old").rename(place)
        else:
            place.unlink()
    _finish(staged)


def _finish(staged: Path) -> None:
    (staged / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(staged)


def _manifest(staged: Path, chart: str) -> list[_Change]:
    text = _content(staged / _MANIFEST)
    if text is None:
        return []
    try:
        document = json.loads(text[:_LARGEST])
        if document["format"] != _FORMAT:
            raise ValueError("another helmforge wrote it")  # noqa: TRY301 - one answer to all that is odd
        changes = [
            _Change(str(each["path"]), str(each["old"]), str(each["new"])) for each in document["changes"]
        ]
        if not all(change.path == LOCK_FILE or is_chart_path(change.path) for change in changes):
            raise ValueError("it names a path outside of the chart")  # noqa: TRY301 - see above
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StepError(
            "an interrupted update cannot be finished",
            where=f"{chart}/{STAGING}/{_MANIFEST}",
            why=str(error),
            hint=f"git checkout -- {chart} && rm -r {chart}/{STAGING}, then helmforge update again",
        ) from None
    return changes


def _demand_inside(folder: Path, change: _Change, chart: str) -> None:
    if (folder / change.path).parent.resolve() != (folder.resolve() / change.path).parent:
        hint = f"rm -r {chart}/{STAGING}"
        why = "a symbolic link leads elsewhere"
        raise StepError(
            "an interrupted update cannot be finished", where=f"{chart}/{change.path}", why=why, hint=hint
        )


def _edited_meanwhile(chart: str, path: str) -> RefusedError:
    return RefusedError(
        "an update was interrupted, and this file has changed since",
        where=f"{chart}/{path}",
        why="finishing the update would overwrite the change",
        hint=f"keep a copy, put the file back (git checkout -- {chart}/{path}), and run the command again; "
        f"or undo the update: git checkout -- {chart} && rm -r {chart}/{STAGING}",
    )


def _content(place: Path) -> bytes | None:
    try:
        if not stat.S_ISREG(place.stat().st_mode):  # a link to /dev/zero never ends
            return None
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _digest(content: bytes | None) -> str:
    return "" if content is None else sha256(content).hexdigest()
