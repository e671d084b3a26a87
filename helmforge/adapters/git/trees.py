"""Files and folders: of a commit (blobs) and of the work tree (folders that match globs)."""

from __future__ import annotations

import os
from fnmatch import translate
from functools import cache
from re import compile as regex
from typing import TYPE_CHECKING

from helmforge.adapters.git import names
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from re import Pattern

    from helmforge.adapters.git.commands import GitCommands

_SKIPPED = {"node_modules"}
_BLOB = "blob"
_LINK = "120000"


def read(git: GitCommands, revision: str, path: str) -> bytes | None:
    """The content of a regular file; None when there is none at `path`."""
    for mode, kind, oid, found in _entries(git, revision, path, "-z"):
        if found == path and kind == _BLOB and mode != _LINK:
            return git.check("cat-file", "blob", oid, what=f"cannot read {path!r} at {revision}")
    return None


def files(git: GitCommands, revision: str, folder: str) -> Mapping[str, bytes]:
    """Raises StepError for a symbolic link: its content stands elsewhere."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, str] = {}
    for mode, kind, oid, path in _entries(git, revision, prefix, "-rz"):
        if mode == _LINK:
            raise StepError(
                f"{path!r} is a symbolic link",
                where=revision,
                why="what it points to is not part of the folder",
                hint="commit the file itself",
            )
        if kind == _BLOB:
            found[path.removeprefix(prefix)] = oid
    return dict(zip(found, _blobs(git, list(found.values())), strict=True))


def _entries(git: GitCommands, revision: str, path: str, flags: str) -> Iterator[tuple[str, str, str, str]]:
    """Mode, type, object id and path of what `git ls-tree` lists."""
    tree = f"{git.commit_id(revision)}^{{tree}}"
    where = [path] if path else []
    for field in git.fields("ls-tree", flags, "--full-tree", tree, "--", *where, what="cannot list a tree"):
        facts, _, name = field.partition("\t")
        mode, kind, oid = facts.split(" ")
        yield mode, kind, oid, name


def _blobs(git: GitCommands, oids: list[str]) -> Iterator[bytes]:
    """Contents in the order of `oids`, from one process."""
    if not oids:
        return
    answer = git.check("cat-file", "--batch", stdin="\n".join([*oids, ""]).encode(), what="cannot read blobs")
    start = 0
    for oid in oids:
        header, newline = answer[start : start + 200].split(b"\n", 1)[0], 1
        size = header.split(b" ")[-1]
        if not size.isdigit():
            raise StepError(f"the object {oid} is missing", why=os.fsdecode(header), hint="run git fsck")
        start += len(header) + newline
        yield answer[start : start + int(size)]
        start += int(size) + newline


def folders_with(root: Path, name: str, globs: Iterable[str]) -> tuple[str, ...]:
    """`*` does not cross slashes, `**` does. Hidden folders and symbolic links are not followed."""
    found: set[str] = set()
    for glob in globs:
        parts = names.folder(glob).split("/") if names.folder(glob) else []
        found.update(path for path in _matching(root, "", tuple(parts)) if _has(root / path, name))
    return tuple(sorted(found))


def _matching(root: Path, path: str, parts: tuple[str, ...]) -> Iterator[str]:
    if not parts:
        yield path or "."
        return
    head, rest = parts[0], parts[1:]
    if head == "**":
        if rest:
            yield from _matching(root, path, rest)
        for child in _children(root, path):
            below = f"{path}/{child}" if path else child
            if not rest:
                yield below
            yield from _matching(root, below, parts)
    else:
        for child in _children(root, path) if _is_glob(head) else [head]:
            below = f"{path}/{child}" if path else child
            if _segment(head).match(child) and not (root / below).is_symlink():
                yield from _matching(root, below, rest)


def _is_glob(part: str) -> bool:
    return any(char in part for char in "*?[")


@cache
def _segment(part: str) -> Pattern[str]:
    return regex(translate(part))


def _children(root: Path, path: str) -> list[str]:
    try:
        with os.scandir(root / path) as entries:
            return [
                entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in _SKIPPED
                and entry.is_dir(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        raise UsageError(f"cannot look into the folder {path!r}", why=str(error)) from error


def _has(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and not path.is_symlink()
