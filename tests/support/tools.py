"""Where the tests find real programs: the pinned ones in the cache folder, the others on PATH."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest

from dev.checkers import PROGRAMS, checker
from dev.go_families import SIGSTORE_PROGRAMS
from dev.go_programs import sigstore_program

_PINS = Path(__file__).parents[2] / "dev" / "pins.toml"


def cache_folder() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HELMFORGE_CACHE") or home / "helmforge")


def find_tool(name: str, *, version: str | None = None) -> Path | None:
    """The program `helm3`, `helm4`, `kubectl`, `buildah`, `docker-registry`, `cosign3`, `trivy`, …, or None.

    `version` is a major version: `find_tool("helm", version="3")` is `find_tool("helm3")`.
    """
    name += version or ""
    pinned = _pinned(name)
    if pinned is not None and pinned.exists():
        return pinned
    if name in {"helm3", "helm4"}:
        return _helm_on_path(major=name.removeprefix("helm"))
    found = shutil.which(name)
    return Path(found) if found else None


def require_tool(name: str, *, version: str | None = None) -> Path:
    """As find_tool; a missing tool skips the test, or fails it when HELMFORGE_REQUIRE_TOOLS=1."""
    found = find_tool(name, version=version)
    if found is None:
        name += version or ""
        target = "sigstore" if name in SIGSTORE_PROGRAMS else "setup"
        missing(f"the program {name} is not here: `make {target}` installs it")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test for want of `what`, or fail it when HELMFORGE_REQUIRE_TOOLS=1."""
    if os.environ.get("HELMFORGE_REQUIRE_TOOLS") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def path_with(*tools: Path) -> str:
    """A PATH on which the folders of these programs come first."""
    folders = [str(tool.parent) for tool in tools]
    return os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])


def _pinned(name: str) -> Path | None:
    if name in PROGRAMS:
        return checker(name)
    if name in SIGSTORE_PROGRAMS:
        return sigstore_program(name)
    path = _pinned_paths().get(name)
    return cache_folder() / path if path else None


@functools.cache
def _pinned_paths() -> dict[str, str]:
    """Read once: tests ask for Git and Helm before each call of them."""
    tools = tomllib.loads(_PINS.read_text(encoding="utf-8"))["tools"]
    return {name: pin["path"] for name, pin in tools.items()}


def _helm_on_path(*, major: str) -> Path | None:
    helm = shutil.which("helm")
    if helm is None:
        return None
    printed = subprocess.run([helm, "version", "--short"], capture_output=True, text=True, check=False)
    return Path(helm) if printed.stdout.startswith(f"v{major}.") else None
