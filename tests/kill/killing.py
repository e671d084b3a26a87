"""Runs of helmforge in which the whole process group dies by SIGKILL at one chosen point.

Points are the starts of child programs (shims on PATH count them), requests to the registry (a proxy
counts them, and kills before or after the registry has done its part), the two moments of a Git push
at the remote (hooks), and the middle of a `helm upgrade` (when the pending record is there).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.faulty_registry import FaultyRegistry
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.faulty_registry import Asked, Forward, Reply
    from tests.support.shop import Shop

_PROGRAMS = ("git", "kubectl", "buildah")
_SECONDS = 300
_SHIM = """\
#!/bin/sh
printf '%s\\n' "${0##*/} $1 $2 $3" >> "$KILL_FOLDER/child"
[ "$(wc -l < "$KILL_FOLDER/child")" -eq "${KILL_CHILD:-0}" ] && kill -9 0
if [ "${KILL_MIDDLE:-0}" = 1 ] && [ "${0##*/}" = helm ] && [ "$1" = upgrade ]; then
  "@REAL@" "$@" &
  until [ -n "$("@KUBECTL@" --context=dev get secret -A -o name \\
      -l 'owner=helm,status in (pending-install,pending-upgrade)' 2>/dev/null)" ]; do :; done
  kill -9 0
fi
exec "@REAL@" "$@"
"""
_HOOK = """\
#!/bin/sh
[ -n "$KILL_FOLDER" ] || exit 0
printf '%s\\n' "${0##*/}" >> "$KILL_FOLDER/hook"
[ "$(wc -l < "$KILL_FOLDER/hook")" -eq "${KILL_HOOK:-0}" ] && kill -9 0
exit 0
"""


@dataclass(frozen=True)
class Point:
    """`kind` is child, hook, before, after (requests) or middle; `number` counts from 1."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Killer:
    """One per test: installs shims and hooks, and stands between the shop and its registry."""

    def __init__(self, folder: Path, upstream: str) -> None:
        self.folder = folder
        self.proxy = FaultyRegistry(upstream)
        self._shims = folder / "shims"
        self._requests = 0
        self._target: Point | None = None
        self._child: subprocess.Popen[str] | None = None
        self.proxy.fail(lambda _asked: True, self._answer)

    def install(self, shop: Shop) -> None:
        self._shims.mkdir(parents=True)
        for name in _PROGRAMS:
            self._shim(name, require_tool(name))
        self._shim("helm", shop.place.helm)
        for hook in ("pre-receive", "post-receive"):
            path = shop.repo.remote / "hooks" / hook
            path.parent.mkdir(exist_ok=True)
            path.write_text(_HOOK, encoding="utf-8")
            path.chmod(0o755)

    def count(self, shop: Shop, *arguments: str) -> list[Point]:
        """The points of an undisturbed run, in no particular order."""
        code, text = self._run(shop, arguments, None)
        assert code == 0, text
        points = [Point("child", n) for n in self._numbers("child")]
        points += [Point("hook", n) for n in self._numbers("hook")]
        points += [Point(kind, n) for kind in ("before", "after") for n in range(1, self._requests + 1)]
        return [*points, Point("middle", 1)]

    def kill(self, shop: Shop, point: Point, *arguments: str) -> bool:
        """Whether the run was killed: a point that a run did not reach lets it end by itself."""
        code, text = self._run(shop, arguments, point)
        assert code in {0, -signal.SIGKILL}, text
        return code != 0

    def _run(self, shop: Shop, arguments: tuple[str, ...], point: Point | None) -> tuple[int, str]:
        counters = self.folder / "counters"
        counters.mkdir(exist_ok=True)
        for name in ("child", "hook"):
            (counters / name).write_text("", encoding="utf-8")
        self._requests, self._target = 0, point
        environment = shop.environment() | {"KILL_FOLDER": str(counters)}
        if point and point.kind in {"child", "hook", "middle"}:
            environment[f"KILL_{point.kind.upper()}"] = str(point.number)
        environment["PATH"] = f"{self._shims}{os.pathsep}{environment['PATH']}"
        environment["HELMFORGE_HELM"] = str(self._shims / "helm")
        argv = [sys.executable, "-m", "helmforge", *arguments]
        log = self.folder / "run.log"
        with log.open("w", encoding="utf-8") as sink:
            self._child = subprocess.Popen(
                argv,
                cwd=shop.repo.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                text=True,
                start_new_session=True,
            )
            code = self._child.wait(_SECONDS)
        return code, log.read_text(encoding="utf-8")

    def _answer(self, asked: Asked, forward: Forward) -> Reply | None:
        self._requests += 1
        number, target = self._requests, self._target
        reply = None if target == Point("before", number) else forward(asked)
        if target in {Point("before", number), Point("after", number)}:
            self._strike()
            return None
        return reply

    def _strike(self) -> None:
        if self._child is not None:
            os.killpg(self._child.pid, signal.SIGKILL)

    def _numbers(self, name: str) -> Iterator[int]:
        text = (self.folder / "counters" / name).read_text(encoding="utf-8")
        return iter(range(1, text.count("\n") + 1))

    def _shim(self, name: str, real: Path) -> None:
        path = self._shims / name
        text = _SHIM.replace("@REAL@", str(real)).replace("@KUBECTL@", str(require_tool("kubectl")))
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
