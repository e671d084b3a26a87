"""`helmforge ARGUMENTS` as a process of its own that tests wait for.

It is forked from one that has imported helmforge already (fork_server.py): a new interpreter needs several
tenths of a second for that, most of what a short command takes. Tests of starting up, of signals, of
terminals and of what a process leaves behind start a real one.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.events import demand_valid

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 300
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def statuses(self) -> dict[str, str]:
        """Of `-o json` of a command that runs a plan: verb -> status, from the summary's line."""
        summary = demand_valid(self.out)[-1]
        return {step["id"].partition("/")[2]: step["status"] for step in summary["steps"]}


def run_helmforge(folder: Path, environment: Mapping[str, str], *arguments: str) -> Ran:
    """Nothing is on its standard input."""
    return fork_server().run(folder, environment, arguments)


def start_helmforge(folder: Path, environment: Mapping[str, str], *arguments: str) -> Ran:
    """The same in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-m", "helmforge", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class _Server:
    """One command after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server"],
            cwd=_ROOT,
            env=os.environ | {"LC_ALL": "C"},  # as the commands' own (repositories.py)
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, folder: Path, environment: Mapping[str, str], arguments: tuple[str, ...]) -> Ran:
        with self._lock, tempfile.TemporaryDirectory(prefix="command-") as streams:
            out, err = Path(streams, "out"), Path(streams, "err")
            asked = {"folder": str(folder), "environment": dict(environment), "arguments": arguments}
            code = self._ask(asked | {"out": str(out), "err": str(err), "seconds": SECONDS})
            return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def _ask(self, asked: Mapping[str, object]) -> int:
        """The exit code, or the number of a signal with a minus: SIGALRM's after SECONDS."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate()


@functools.cache
def fork_server() -> _Server:
    server = _Server()
    atexit.register(server.end)
    return server
