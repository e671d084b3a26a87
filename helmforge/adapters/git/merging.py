"""Blobs by their id, and three-way merges of texts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.chart_update import Merged
from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.adapters.git.commands import GitCommands

_FAILED = 128  # up to here git merge-file counts conflicts; it gives 255 for what is not text


def known_blobs(git: GitCommands, oids: Iterable[str]) -> dict[str, bytes]:
    """Contents by id, of those that this clone has. One process for all."""
    wanted = sorted(set(oids))
    if not wanted:
        return {}
    answer = git.check(
        "cat-file", "--batch", stdin="\n".join([*wanted, ""]).encode(), what="cannot read blobs"
    )
    found: dict[str, bytes] = {}
    start = 0
    for oid in wanted:
        end = answer.index(b"\n", start)
        header = answer[start:end].split(b" ")
        start = end + 1
        if header[-1] == b"missing":
            continue
        if not header[-1].isdigit():
            raise StepError(f"git does not say what {oid} is", why=repr(header), hint="run git fsck")
        size = int(header[-1])
        if header[1] == b"blob":
            found[oid] = answer[start : start + size]
        start += size + 1
    return found


def merge(
    git: GitCommands, mine: bytes, base: bytes | None, theirs: bytes, labels: tuple[str, str, str]
) -> Merged | None:
    """`labels` stand behind the markers, in the order of the texts. None when one is not a text.

    Without a base every difference is a conflict.
    """
    style = ["--diff3"] if base is not None else []
    named = [word for label in labels for word in ("-L", label)]
    with tempfile.TemporaryDirectory(prefix="helmforge-merge-") as folder:
        files = [Path(folder) / name for name in ("mine", "base", "theirs")]
        for file, content in zip(files, (mine, base or b"", theirs), strict=True):
            file.write_bytes(content)
        done = git.run("merge-file", "-p", *style, *named, *map(str, files))
    if 0 <= done.code < _FAILED:
        return Merged(done.raw, done.code)
    if "binary" in done.err:
        return None
    raise done.error("git cannot merge two texts")
