"""Clusters for the adapters: the emulated API, and kubeconfigs that lead nowhere."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.sandbox.children import start_child
from helmforge.sandbox.emulator.client import kubeconfig
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONTEXTS = ("dev", "prod")


@dataclass(frozen=True)
class ClusterUnderTest:
    """A running API; `emulator` is its address when it is emulated."""

    kubeconfig: Path
    emulator: str = ""


@contextlib.contextmanager
def emulated_cluster(folder: Path) -> Iterator[ClusterUnderTest]:
    ready, log = folder / "address", folder / "server.log"
    argv = [sys.executable, "-m", "helmforge.sandbox.emulator", f"--ready-file={ready}"]
    child = start_child("emulated API", argv, log=log, env=os.environ)
    try:
        poll(lambda: ready.exists() or not child.alive(), "the emulated API")
        child.require_alive()
        server = ready.read_text(encoding="utf-8").strip()
        config = folder / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=CONTEXTS), encoding="utf-8")
        yield ClusterUnderTest(config, server)
    finally:
        child.stop()


def kubeconfig_for(folder: Path, server: str, **user: object) -> Path:
    """A kubeconfig whose contexts lead to `server`, as `user` (the `user` of a kubeconfig)."""
    document = json.loads(kubeconfig(server, contexts=CONTEXTS))
    document["users"][0]["user"] = user
    path = folder / "kubeconfig"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def cluster_runner(config: Path, home: Path) -> Runner:
    """Programs see this kubeconfig, kubectl on PATH, and nothing of the person who runs the tests."""
    path = path_with(require_tool("kubectl"))
    return Runner({"PATH": path, "HOME": str(home), "KUBECONFIG": str(config)})


def poll(condition: Callable[[], bool], what: str, *, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
