"""Everything that the demo needs, looked for before anything is started."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from helmforge.errors import MissingToolError
from helmforge.sandbox.clusters import require_cluster
from helmforge.sandbox.registry import require_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BUSYBOX = ("busybox", "busybox.static")
_HEADERS = 4096  # of an ELF file; a dynamic program names its loader there
_LOADERS = (b"/ld-linux", b"/ld-musl", b"/ld.so", b"/ld64.so")
_PROGRAMS = {
    "git": "apt-get install git",
    "helm": "https://helm.sh/docs/intro/install/",
    "kubectl": "https://kubernetes.io/docs/tasks/tools/",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Tools:
    """`builder` is the name of the image builder."""

    builder: str
    busybox: Path


def find_tools(cluster: str, environment: Mapping[str, str], builder: Callable[[], str]) -> Tools:
    """Raises one MissingToolError for everything that is missing. `builder` raises its own."""
    path = environment.get("PATH", "")
    missing = {tool: hint for tool, hint in _PROGRAMS.items() if not shutil.which(tool, path=path)}
    if environment.get("HELMFORGE_HELM"):
        missing.pop("helm", None)
    busybox = _static_busybox(path)
    if busybox is None:
        missing["busybox"] = "a static one: apt-get install busybox-static"
    _ask("docker-registry", lambda: require_registry(environment), missing)
    _ask(cluster, lambda: require_cluster(cluster, Path(), environment), missing)
    name = _ask("an image builder", builder, missing)
    if missing or busybox is None or name is None:
        count = f"{len(missing)} programs are" if len(missing) > 1 else "a program is"
        raise MissingToolError(
            f"{count} missing that the demo needs",
            why="\n".join(f"{tool}: {hint}" for tool, hint in missing.items()),
            hint="install what is missing; in a clone of helmforge, `make demo` does it",
        )
    return Tools(name, busybox)


def _ask(name: str, question: Callable[[], T], missing: dict[str, str]) -> T | None:
    try:
        return question()
    except MissingToolError as error:
        missing[name] = error.hint
        return None


def _static_busybox(path: str) -> Path | None:
    """Any other busybox needs a C library, which an image made from nothing does not have."""
    found = (shutil.which(name, path=path) for name in _BUSYBOX)
    return next((Path(program) for program in found if program and _is_static(Path(program))), None)


def _is_static(program: Path) -> bool:
    with program.open("rb") as file:
        headers = file.read(_HEADERS)
    return headers.startswith(b"\x7fELF") and not any(loader in headers for loader in _LOADERS)
