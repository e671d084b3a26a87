"""Run a program of the setup."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

from dev.cache import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TAIL_LINES = 25


def run(argv: Sequence[object], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Both output streams of a program. SetupError with their end when it fails."""
    done = _completed(argv, cwd=cwd, env=env)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-_TAIL_LINES:])
        line = shlex.join(str(word) for word in argv)
        raise SetupError(f"{line}\nended with exit code {done.returncode}:\n{tail}")
    return done.stdout


def succeeds(argv: Sequence[object], *, env: Mapping[str, str] | None = None) -> bool:
    return _completed(argv, env=env).returncode == 0


def _completed(
    argv: Sequence[object], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in argv],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
