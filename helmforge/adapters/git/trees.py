"""Files and folders: of a commit (blobs) and of the work tree (folders that match globs)."""

from __future__ import annotations

import os
import re
import stat
from fnmatch import translate
from typing import TYPE_CHECKING

from helmforge.adapters.git import names
from helmforge.adapters.git.commands import split
from helmforge.domain.changes import Changed
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from helmforge.adapters.git.commands import GitCommands

_SKIPPED = {"node_modules"}
_BLOB = "blob"
_LINK = "120000"
_OPAQUE = {_LINK, "160000"}  # the latter are submodules
_ARGUMENTS = 2000  # paths in one command line: the system takes 2 MB


def read(git: GitCommands, revision: str, path: str) -> bytes | None:
    """The content of a regular file; None when there is none at `path`."""
    for mode, kind, oid, found in _entries(git, revision, [path], "-z"):
        if found == path and kind == _BLOB and mode != _LINK:
            return git.check("cat-file", "blob", oid, what=f"cannot read {path!r} at {revision}")
    return None


def files(git: GitCommands, revision: str, folder: str) -> Mapping[str, bytes]:
    """Raises StepError for a symbolic link: its content stands elsewhere."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, str] = {}
    for mode, kind, oid, path in _entries(git, revision, [prefix] if prefix else [], "-rz"):
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


def named_files(git: GitCommands, revision: str, name: str) -> Mapping[str, bytes]:
    """Every regular file called `name`, by its folder ("." for the root)."""
    found = {
        path.rpartition("/")[0] or ".": oid
        for mode, kind, oid, path in _entries(git, revision, [], "-rz")
        if path.rpartition("/")[2] == name and kind == _BLOB and mode != _LINK
    }
    return dict(zip(found, _blobs(git, list(found.values())), strict=True))


def read_many(git: GitCommands, revision: str, paths: Iterable[str]) -> Mapping[str, bytes]:
    """Without those that are no file. One walk finds all: asked by name, Git would read each folder on the
    way anew for every path, which takes seconds where thousands lie side by side.
    """
    asked = list(dict.fromkeys(filter(None, paths)))
    parts = (asked[start : start + _ARGUMENTS] for start in range(0, len(asked), _ARGUMENTS))
    entries = (entry for part in parts for entry in _entries(git, revision, part, "-z"))
    found = {path: oid for _, kind, oid, path in entries if kind == _BLOB}
    return dict(zip(found, _blobs(git, list(found.values())), strict=True))


def changes(git: GitCommands, base: str, head: str) -> tuple[Changed, ...]:
    """Content, modes, links and submodules; both sides of a rename."""
    trees_of = [f"{revision}^{{commit}}" for revision in (base, head)]
    flags = ("-r", "-z", "--raw", "--no-renames", "--no-relative", "--ignore-submodules=none", "--abbrev=1")
    what = f"cannot compare {base} with {head}"
    fields = git.fields("diff-tree", *flags, "--end-of-options", *trees_of, "--", what=what)
    return tuple(
        Changed(path, opaque=facts[1:7] in _OPAQUE or facts[8:14] in _OPAQUE)
        for facts, path in zip(fields[::2], fields[1::2], strict=True)
    )


def _entries(
    git: GitCommands, revision: str, paths: Sequence[str], flags: str
) -> Iterator[tuple[str, str, str, str]]:
    """Mode, type, object id and path of what `git ls-tree` lists; everything without `paths`."""
    listed = git.run("ls-tree", flags, "--full-tree", f"{revision}^{{commit}}^{{tree}}", "--", *paths)
    if listed.code != 0:
        git.commit_id(revision)
        raise listed.error("cannot list a tree")
    for field in split(listed.raw):
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
        parts = tuple(part for part in names.folder(glob).split("/") if part)
        found.update(_matching(root, "", parts))
    return tuple(sorted(path or "." for path in found if _is_regular(f"{root}/{path}/{name}")))


def _matching(root: Path, path: str, parts: tuple[str, ...]) -> Iterator[str]:
    if not parts:
        yield path
        return
    head, rest = parts[0], parts[1:]
    if head == "**":
        if rest:
            yield from _matching(root, path, rest)
        for child in _children(root, path):
            if not rest:
                yield child
            yield from _matching(root, child, parts)
    else:
        for child in _named(root, path, head):
            yield from _matching(root, child, rest)


def _named(root: Path, path: str, part: str) -> list[str]:
    """The folders in `path` whose name matches one part of a glob."""
    if any(char in part for char in "*?["):
        matches = re.compile(translate(part)).match
        return [child for child in _children(root, path) if matches(child.rpartition("/")[2])]
    child = f"{path}/{part}" if path else part
    return [] if (root / child).is_symlink() else [child]


def _children(root: Path, path: str) -> list[str]:
    prefix = f"{path}/" if path else ""
    try:
        with os.scandir(root / path) as entries:
            return [
                prefix + entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in _SKIPPED
                and entry.is_dir(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        raise UsageError(f"cannot look into the folder {path!r}", why=str(error)) from error


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
