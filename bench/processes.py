"""Whole processes, measured from outside: wall clock, and the CPU time of the process and its children."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PEAK = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
sys.exit(code)
"""


class BenchError(Exception):
    """A measurement that cannot be made; the text says why."""


@dataclass(frozen=True)
class Sample:
    """One run, in seconds. `cpu` is user and system time together."""

    wall: float
    cpu: float

    def __add__(self, other: Sample) -> Sample:
        return Sample(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: Sample) -> Sample:
        return Sample(self.wall - other.wall, self.cpu - other.cpu)


@dataclass(frozen=True)
class Command:
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path | None = None

    def measure(self) -> Sample:
        """Runs to the end with its output thrown away. Raises BenchError when it fails."""
        with tempfile.TemporaryFile() as errors:
            began = time.perf_counter()
            child = subprocess.Popen(
                self.argv,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - began
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()
                raise BenchError(f"{' '.join(self.argv)}: exit code {child.returncode}\n{said}")
        return Sample(wall, usage.ru_utime + usage.ru_stime)

    def peak(self) -> int:
        """Bytes of memory that the largest process had in one more run. Raises BenchError when it fails.

        From a process of its own: what a process has before it becomes the program counts as the program's.
        """
        asked = Command((sys.executable, "-S", "-c", _PEAK, *self.argv), self.environment, self.folder)
        return int(asked.output())

    def output(self) -> str:
        """Standard output of an unmeasured run. Raises BenchError when it fails."""
        done = subprocess.run(
            self.argv,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"{' '.join(self.argv)}: exit code {done.returncode}\n{done.stderr.strip()}")
        return done.stdout
