"""Which Dockerfile belongs to which folder, judged by where it lies and what it is called."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_PLAIN = ("Dockerfile", "Containerfile")
_BUILD_FOLDERS = frozenset({"build", "docker"})
# `Dockerfile.dockerignore` is BuildKit's; the others are sources of Dockerfiles, or about them
_NO_VARIANTS = frozenset({"dockerignore", "j2", "tmpl", "tpl", "template", "md", "bak", "orig"})


@dataclass(frozen=True)
class Dockerfiles:
    """`own`: folder -> its Dockerfile. `unclear`: folder or file -> why a Dockerfile was not assigned."""

    own: Mapping[str, str]
    unclear: Mapping[str, str]


def is_dockerfile(path: str) -> bool:
    """`Dockerfile`, `Containerfile`, `Dockerfile.prod`, `shop.Dockerfile`."""
    name = posixpath.basename(path)
    return name in _PLAIN or bool(_variant(name))


def assign(paths: Iterable[str], folders: Collection[str]) -> Dockerfiles:
    """`paths` are Dockerfiles, `folders` all folders of the repository (which has a root, ".")."""
    candidates: dict[str, list[str]] = defaultdict(list)
    unclear: dict[str, str] = {}
    for path in paths:
        name, elsewhere = _namesake(path, folders)
        if elsewhere:
            unclear[elsewhere] = (
                f"its Dockerfile seems to be {path}, and what that reads cannot be told: "
                "write a service.yaml with build.dockerfile and build.context"
            )
        elif name and posixpath.basename(path) not in _PLAIN and _owner(path) == ".":
            unclear[path] = f"no folder is called {name!r}"
        else:
            candidates[_owner(path)].append(path)
    own: dict[str, str] = {}
    for folder, found in candidates.items():
        best = _best(found)
        if len(best) == 1:
            own[folder] = best[0]
        else:
            unclear[folder] = (
                f"which is its Dockerfile: {', '.join(best)}? Say build.dockerfile in service.yaml"
            )
    return Dockerfiles(own, unclear)


def _variant(name: str) -> str:
    """`prod` of `Dockerfile.prod`, `shop` of `shop.Dockerfile`; "" for all other names."""
    for plain in _PLAIN:
        if name.startswith(f"{plain}."):
            variant = name.removeprefix(f"{plain}.")
            return "" if variant.rpartition(".")[2] in _NO_VARIANTS else variant
        if name.endswith(f".{plain}"):
            return name.removesuffix(f".{plain}")
    return ""


def _owner(path: str) -> str:
    """`services/shop/docker/prod/Dockerfile` belongs to `services/shop`, `docker/Dockerfile` to the root."""
    parts = path.split("/")[:-1]
    for at, part in enumerate(parts):
        if part in _BUILD_FOLDERS and (at or len(parts) == 1):
            return "/".join(parts[:at]) or "."
    return "/".join(parts) or "."


def _namesake(path: str, folders: Collection[str]) -> tuple[str, str]:
    """What the place or the name of a Dockerfile says whose it is, and the one other folder called so."""
    *parents, name = path.split("/")
    variant = _variant(name)
    beside = "/".join([*parents, variant])
    if variant and beside in folders:
        return variant, beside
    if parents and parents[0] not in _BUILD_FOLDERS:
        return variant, ""
    wanted = variant or (parents[-1] if len(parents) > 1 else "")
    found = [
        folder
        for folder in folders
        if posixpath.basename(folder) == wanted and not _BUILD_FOLDERS.intersection(folder.split("/"))
    ]
    return wanted, found[0] if wanted and len(found) == 1 else ""


def _best(paths: list[str]) -> list[str]:
    """The plain name before others, the folder itself before those below; all that are equally good."""
    ranks = {path: (posixpath.basename(path) not in _PLAIN, path.count("/")) for path in paths}
    return sorted(path for path, rank in ranks.items() if rank == min(ranks.values()))
