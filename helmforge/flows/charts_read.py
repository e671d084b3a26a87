"""Charts that charts of the repository contain: `file://` in Chart.yaml."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from helmforge import yamlio
from helmforge.domain.affected import ChartDependency
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.flows.ports import Git

_LISTS = ("Chart.yaml", "requirements.yaml")  # the second is that of charts with apiVersion v1
_FILE = "file://"


def chart_dependencies(git: Git, folders: Iterable[str]) -> dict[str, tuple[ChartDependency, ...] | None]:
    """By the folder of each chart that has any, through any number of charts; None where it is not clear."""
    found: dict[str, tuple[ChartDependency, ...] | None] = {}
    seen: set[str] = set()
    waiting = set(folders)
    while waiting:
        seen |= waiting
        files = {
            posixpath.join(folder, name).removeprefix("./"): folder for folder in waiting for name in _LISTS
        }
        waiting = set()
        for path, content in git.read_many("HEAD", files).items():
            listed = _listed(content, path, files[path])
            if listed is None or listed:
                folder = files[path]
                before = found.get(folder, ())
                found[folder] = None if listed is None or before is None else (*before, *listed)
                waiting |= {one.folder for one in listed or ()} - seen
    return found


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
    path = posixpath.normpath(posixpath.join(folder, unquote(address.removeprefix(_FILE))))
    return "." if path.startswith(("..", "/")) else path
