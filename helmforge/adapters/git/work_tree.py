"""What differs between the work tree and the commit that is checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.git.commands import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.adapters.git.commands import GitCommands

_STATUS = (
    *("status", "--porcelain=v1", "-z"),
    *("--untracked-files=all", "--no-renames", "--ignore-submodules=none", "--"),
)
_NO_LFS = tuple(
    word
    for setting in ("process=", "clean=", "smudge=", "required=false")
    for word in ("-c", f"filter.lfs.{setting}")
)


def dirty_paths(git: GitCommands, places: Sequence[str]) -> tuple[str, ...]:
    found = git.run(*_STATUS, *places)
    if found.code != 0:
        # Git's settings ask for git-lfs and it is not installed. Then the files here are its pointers, and
        # compare as they are.
        without = git.run(*_NO_LFS, *_STATUS, *places)
        if without.code != 0:
            raise found.error("cannot read the state of the work tree")
        found = without
    return tuple(sorted(entry[3:] for entry in split(found.raw)))
