"""What the tools of a run took by themselves: shims on PATH time each of them."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.processes import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

# bash keeps the clock itself and knows the CPU time of its children. One tool at a time: side by side
# they would slow each other down, and their own times come out too long. What a tool starts is part of it.
_SHIM = """\
#!/bin/bash
[ -n "$BENCH_INSIDE" ] && exec "@REAL@" "$@"
export BENCH_INSIDE=1
exec 9> "$BENCH_TOOLS.lock" && flock 9
began=$EPOCHREALTIME
"@REAL@" "$@" 9>&-
code=$?
{ printf '%s %s %s\\n' "${0##*/}" "$began" "$EPOCHREALTIME"; times; } > "$BENCH_TOOLS/$$"
exit $code
"""
_MINUTES = re.compile(r"(\d+)m([\d.]+)s")


@dataclass(frozen=True)
class Tool:
    name: str
    own: Sample


class Shims:
    """Stands before the programs of `real` (name -> file). `folder` is theirs alone."""

    def __init__(self, folder: Path, real: Mapping[str, Path]) -> None:
        self._bin = folder / "bin"
        self._times = folder / "times"
        self._bin.mkdir(parents=True)
        for name, program in real.items():
            shim = self._bin / name
            shim.write_text(_SHIM.replace("@REAL@", str(program)), encoding="utf-8")
            shim.chmod(0o755)

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """For the next run, whose times replace those of the one before."""
        shutil.rmtree(self._times, ignore_errors=True)
        self._times.mkdir()
        ours = {"BENCH_TOOLS": str(self._times), "PATH": f"{self._bin}{os.pathsep}{environment['PATH']}"}
        return {**environment, **ours, "HELMFORGE_HELM": str(self._bin / "helm")}

    def tools(self) -> list[Tool]:
        """Everything that the last run started."""
        return [read(file.read_text(encoding="utf-8")) for file in self._times.iterdir()]


def read(recorded: str) -> Tool:
    """The line of the shim, then bash's `times`: of itself, and of its children."""
    line, _, children = recorded.splitlines()
    name, began, ended = line.split(" ")
    cpu = sum(60 * int(minutes) + float(seconds) for minutes, seconds in _MINUTES.findall(children))
    return Tool(name, Sample(float(ended) - float(began), cpu))


def total(tools: Iterable[Tool]) -> Sample:
    return sum((tool.own for tool in tools), Sample(0.0, 0.0))


def described(tools: Iterable[Tool]) -> str:
    """`3 git, 2 helm`."""
    counts = Counter(tool.name for tool in tools)
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())
