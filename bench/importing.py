"""`git fast-import`: a history of thousands of commits in seconds."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Self

from bench.processes import BenchError
from bench.tools import require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_FIRST_SECOND = 1_790_000_000


class FastImport:
    """Writes into the repository at `root`. Commits follow each other by one second."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        argv = [str(require("git")), "fast-import", "--quiet", "--done"]
        self._child = subprocess.Popen(argv, cwd=root, env=dict(environment), stdin=subprocess.PIPE)
        self._commits = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write("done\n")
        if self._child.stdin:
            self._child.stdin.close()
        if self._child.wait() != 0 and kind is None:
            raise BenchError("git fast-import failed")

    def commit(self, branch: str, message: str, files: Mapping[str, str]) -> None:
        self._commits += 1
        when = f"{_FIRST_SECOND + self._commits} +0000"
        self._write(f"commit refs/heads/{branch}\ncommitter Dev <dev@example.com> {when}\n{_data(message)}")
        for path, content in files.items():
            self._write(f"M 100644 inline {path}\n{_data(content)}")

    def branch(self, name: str, start: str) -> None:
        self._write(f"reset refs/heads/{name}\nfrom refs/heads/{start}\n\n")

    def _write(self, text: str) -> None:
        if self._child.stdin is None:
            raise BenchError("git fast-import takes no input")
        self._child.stdin.write(text.encode())


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
