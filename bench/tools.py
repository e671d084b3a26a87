"""The programs that are measured, and the environment that all of them see."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.processes import BenchError
from tests.support.tools import cache_folder, find_tool, path_with

if TYPE_CHECKING:
    from collections.abc import Mapping


def require(name: str) -> Path:
    """Raises BenchError when the program is not here."""
    found = find_tool(name)
    if found is None:
        raise BenchError(f"{name} is not installed")
    return found


def helmforge() -> str:
    """The console script next to this Python."""
    script = Path(sys.executable).with_name("helmforge")
    if not script.exists():
        raise BenchError(f"{script} does not exist: `make setup`")
    return str(script)


def environment(home: Path) -> dict[str, str]:
    """The pinned Helm 4 and kubectl first on PATH; a home of its own; compiled modules as a user has them."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON", "XDG_"))}
    return kept | {
        "PATH": path_with(require("helm4"), require("kubectl")),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "HELMFORGE_HELM": str(require("helm4")),
        "LC_ALL": "C.UTF-8",
    }


def kept_folder(name: str) -> Path:
    """In the cache folder of the machine: what costs time to generate is kept there for the next run."""
    return cache_folder() / "bench" / name


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks: `work` is a scratch folder that goes away in the end."""

    work: Path
    rounds: int | None = None

    def folder(self, name: str) -> Path:
        made = self.work / name
        made.mkdir(parents=True, exist_ok=True)
        return made

    @property
    def environment(self) -> Mapping[str, str]:
        return environment(self.work / "home")
