"""A Docker engine of our own, with its data in a scratch folder."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, Self

from bench.processes import BenchError, Command
from bench.tools import require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_START_SECONDS = 60.0


class DockerDaemon:
    """Runs between `with` and its end. Raises BenchError when it cannot."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._socket = f"unix://{folder}/docker.sock"
        self._log = folder / "dockerd.log"
        self._environment = {**environment, "DOCKER_HOST": self._socket}

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise BenchError("dockerd needs root")
        program = str(require("dockerd"))
        require("docker")
        places = (f"--data-root={self._folder}/data", f"--exec-root={self._folder}/exec")
        network = ("--bridge=none", "--iptables=false", "--ip6tables=false")
        argv = (program, f"--host={self._socket}", f"--pidfile={self._folder}/pid", *places, *network)
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._await()
        except BenchError:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def command(self, *arguments: str) -> Command:
        return Command((str(require("docker")), *arguments), self._environment)

    def _await(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.command("version", "--format", "{{.Server.Version}}").output()
            except BenchError:
                if self._child.poll() is not None or time.monotonic() > deadline:
                    said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
                    raise BenchError(f"dockerd does not start: {said[-1] if said else ''}") from None
                time.sleep(0.1)
            else:
                return

    def _stop(self) -> None:
        self._child.terminate()
        self._child.wait(_START_SECONDS)
