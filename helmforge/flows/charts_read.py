"""Charts that charts of the repository contain: `file://` in Chart.yaml."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from helmforge import yamlio
from helmforge.domain.affected import ChartDependency
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.flows.ports import Git

_CHART, _OLDER = "Chart.yaml", "requirements.yaml"
_FILE = "file://"


def chart_dependencies(git: Git, folders: Iterable[str]) -> dict[str, tuple[ChartDependency, ...] | None]:
    """By the folder of each chart that has any, through any number of charts; None where it is not clear."""
    found: dict[str, tuple[ChartDependency, ...] | None] = {}
    seen: set[str] = set()
    waiting = set(folders)
    while waiting:
        seen |= waiting
        listed = _lists(git, waiting)
        found |= listed
        waiting = {one.folder for each in listed.values() for one in each or ()} - seen
    return found


def _lists(git: Git, folders: Iterable[str]) -> dict[str, tuple[ChartDependency, ...] | None]:
    files = {_path(folder, _CHART): folder for folder in folders}
    texts = git.read_many("HEAD", files)
    # those of apiVersion v1 may have a second list
    older = {_path(files[path], _OLDER): files[path] for path, text in texts.items() if b"v2" not in text}
    found: dict[str, tuple[ChartDependency, ...] | None] = {}
    for path, content in (*texts.items(), *git.read_many("HEAD", older).items()):
        folder = files.get(path) or older[path]
        listed, before = _listed(content, path, folder), found.get(folder, ())
        if listed is None or before is None:
            found[folder] = None
        elif listed:
            found[folder] = (*before, *listed)
    return found


def _path(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _listed(content: bytes, path: str, folder: str) -> tuple[ChartDependency, ...] | None:
    if b"file" not in content and b"\\" not in content:
        return ()  # a thousand charts need not be parsed for what is not in them
    try:
        data = yamlio.parse(content.decode("utf-8", errors="replace"), path).data
    except UsageError:
        return None
    entries = data.get("dependencies") or []
    if not isinstance(entries, list):
        return None
    addresses = [entry.get("repository") for entry in entries if isinstance(entry, dict)]
    return tuple(
        ChartDependency(_inside(address, folder), address)
        for address in addresses
        if isinstance(address, str) and address.startswith(_FILE)
    )


def _inside(address: str, folder: str) -> str:
    """What leaves the repository counts as its root: where it leads is not clear."""
    path = posixpath.normpath(posixpath.join(folder, address.removeprefix(_FILE)))
    return "." if path.startswith(("..", "/")) or "%" in path else path
