"""Runs `ChartFolders.replace` again and again, and lets it die at each of its file operations in turn.

`python -m tests.support.dying FOLDER MODE` prints, as JSON, what stood in the chart after each death and what
after the next run. A process of its own, because audit hooks cannot be taken away again, and one that forks
must have no threads.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from helmforge.adapters.chart_folders import ChartFolders
from helmforge.errors import HelmforgeError

BEFORE = {"values.yaml": "old\n", "gone.yaml": "gone\n", "templates/a.yaml": "a\n", "mine.yaml": "mine\n"}
CHANGES = {
    ".helmforge.lock": "lock\n",
    "values.yaml": "new\n",
    "gone.yaml": None,
    "templates/a.yaml": "A\n",
    "templates/new/b.yaml": "b\n",
}
AFTER = {path: text for path, text in {**BEFORE, **CHANGES}.items() if text is not None}
_WRITES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod"}
_NO_SPACE, _READ_ONLY = 28, 30
_MOST = 200


def main(folder: Path, mode: str) -> None:
    deaths = []
    for number in range(1, _MOST):
        root = folder / str(number)
        for path, text in BEFORE.items():
            (root / "chart" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "chart" / path).write_text(text, encoding="utf-8")
        died = _child(root, number, mode)
        dead = _files(root / "chart")
        ChartFolders(root).recover("chart")
        deaths.append({"died": died, "dead": dead, "recovered": _files(root / "chart")})
        shutil.rmtree(root)
        if not died:
            break
    json.dump(deaths, sys.stdout)


def _child(root: Path, number: int, mode: str) -> bool:
    """Whether it came to operation `number`, and so died or failed there."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    folders = ChartFolders(root)
    changes = {path: text.encode() if text is not None else None for path, text in CHANGES.items()}
    expected = {path: BEFORE[path].encode() if path in BEFORE else None for path in CHANGES}
    hook = _Hook(number, mode)
    sys.addaudithook(hook)
    with suppress(HelmforgeError):
        folders.replace("chart", expected, changes)
    os._exit(int(hook.left <= 0))


class _Hook:
    def __init__(self, number: int, mode: str) -> None:
        self.left = number
        self._mode = mode

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _WRITES and not (event == "open" and int(arguments[2]) & (os.O_WRONLY | os.O_RDWR)):
            return
        self.left -= 1
        if self._mode == "kill" and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._mode == "once" and self.left == 0:
            raise OSError(_NO_SPACE, os.strerror(_NO_SPACE))
        if self._mode == "full" and self.left <= 0 and event in {"open", "os.mkdir"}:
            raise OSError(_NO_SPACE, os.strerror(_NO_SPACE))
        if self._mode == "read-only" and self.left <= 0:
            raise OSError(_READ_ONLY, os.strerror(_READ_ONLY))


def _files(chart: Path) -> dict[str, str]:
    found = (path for path in chart.rglob("*") if path.is_file())
    return {path.relative_to(chart).as_posix(): path.read_text(encoding="utf-8") for path in found}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
