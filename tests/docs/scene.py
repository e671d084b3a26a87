"""Where the reader of a page sits: a home folder, the real tools, and helmforge on PATH."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from pathlib import Path

_TOOLS = ("helm4", "kubectl", "git", "buildah", "docker-registry", "busybox")


def reader(home: Path) -> dict[str, str]:
    """The whole environment of somebody called Kim, with nothing of this machine's settings."""
    home.mkdir()
    person = "[user]\n\tname = Kim\n\temail = kim@example.com\n"
    (home / ".gitconfig").write_text(person, encoding="utf-8")
    path = with_helmforge(home / "bin", path_with(*map(require_tool, _TOOLS)))
    return {
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def with_helmforge(folder: Path, path: str) -> str:
    """A PATH that begins with `folder`, in which the program helmforge is this one."""
    folder.mkdir(parents=True)
    program = folder / "helmforge"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m helmforge "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return os.pathsep.join([str(folder), path])
