"""What a contract test can do to a cluster, whichever it is."""

from __future__ import annotations

import json
import os
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.sandbox.emulator.client import set_fault
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.sandbox.emulator.client import Fault

CHART = Path(__file__).parent / "chart"
_SECONDS = 120
_PINNED = {"helm": "helm4"}


class Cluster(ABC):
    """A cluster behind a kubeconfig, for the real helm 4 and kubectl."""

    def __init__(self, kubeconfig: Path, home: Path) -> None:
        self._environment = {"HOME": str(home), "PATH": os.defpath, "KUBECONFIG": str(kubeconfig)}

    @abstractmethod
    def break_rollout(self, namespace: str, fault: Fault | None, /) -> list[str]:
        """Makes the next revision of the chart's Deployment fail: the flags that this upgrade needs."""

    def run(self, program: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        argv = [str(require_tool(_PINNED.get(program, program))), *arguments]
        return subprocess.run(
            argv,
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        argv = [str(require_tool(_PINNED.get(program, program))), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, env=self._environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        done = self.run("kubectl", *arguments, stdin=stdin)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def helm(self, *arguments: str) -> str:
        done = self.run("helm", *arguments)
        assert done.returncode == 0, f"helm {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def refused(self, program: str, *arguments: str, stdin: str = "") -> str:
        """What the program says on its standard error when it fails."""
        done = self.run(program, *arguments, stdin=stdin)
        assert done.returncode == 1, done
        return done.stderr

    def get(self, namespace: str, *what: str) -> Any:
        return json.loads(self.kubectl("get", *what, f"--namespace={namespace}", "-o", "json"))

    def names(self, namespace: str, *what: str) -> list[str]:
        return [item["metadata"]["name"] for item in self.get(namespace, *what)["items"]]

    def upgrade(self, namespace: str, *flags: str) -> list[str]:
        """The arguments of the usual `helm upgrade` of the chart as release `web`."""
        where = [f"--namespace={namespace}", "--wait=watcher", "--timeout=30s"]
        return ["upgrade", "--install", "web", str(CHART), *where, *flags]


class EmulatedCluster(Cluster):
    def __init__(self, kubeconfig: Path, home: Path, server: str) -> None:
        super().__init__(kubeconfig, home)
        self.server = server

    def break_rollout(self, namespace: str, fault: Fault | None, /) -> list[str]:
        set_fault(self.server, namespace=namespace, name="web", fault=fault)
        return []


class SandboxCluster(Cluster):
    """The control plane sandbox: kwok plays the pods and reads an environment variable."""

    def break_rollout(self, _namespace: str, fault: Fault | None, /) -> list[str]:
        return [f"--set=fate={fault or ''}"]


class OtherCluster(Cluster):
    """Any cluster: a pod that no node takes never becomes ready; other faults cannot be made here."""

    def break_rollout(self, _namespace: str, fault: Fault | None, /) -> list[str]:
        if fault not in (None, "never-ready"):
            pytest.skip(f"no way to make {fault} happen on this cluster")
        return ["--set=nodeSelector.helmforge=nowhere"] if fault else []


def poll(condition: Callable[[], bool], what: str, *, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
