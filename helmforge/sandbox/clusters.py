"""The clusters that a sandbox can have: one literal table."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helmforge.adapters.process import Runner
from helmforge.errors import UsageError
from helmforge.sandbox import local_clusters
from helmforge.sandbox.components import cached_binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.sandbox.launching import Launcher

CONTEXTS = ("dev", "prod")
OWN = "kubeconfig"
NOTES = {
    "emulated": "helm and kubectl can use it; it is emulated: no pods run",
    "controlplane": "a real Kubernetes control plane; kwok plays the nodes: no containers run",
    "kind": "pods run in Docker; they cannot pull from a registry on this machine's loopback",
    "minikube": "pods run; unless minikube shares this machine's network they cannot pull from its loopback",
    OWN: "not the sandbox's: what happens there is real, and `sandbox down` leaves it alone",
}
_EMULATOR_SECONDS = 30.0
_CONTROL_PLANE_SECONDS = 240.0
_TOOLS = ("kind", "minikube")


@dataclass(frozen=True)
class Cluster:
    """`server` (host:port) is set when the sandbox serves the API itself."""

    kind: str
    kubeconfig: Path
    contexts: tuple[str, ...]
    server: str = ""


def require_cluster(kind: str, kubeconfig: Path, environment: Mapping[str, str]) -> None:
    """Before anything is started: MissingToolError, or UsageError for a kubeconfig that is not there."""
    if kind == "controlplane":
        cached_binaries(environment)
    elif kind in _TOOLS:
        local_clusters.require_tool(kind, environment)
    elif kind == OWN and not kubeconfig.is_file():
        raise UsageError("there is no such kubeconfig", where=str(kubeconfig))


def start_cluster(launcher: Launcher, kind: str, kubeconfig: Path) -> Cluster:
    """`kubeconfig` is written, but read for the kind `kubeconfig`."""
    if kind == OWN:
        return Cluster(OWN, kubeconfig, _contexts_of(kubeconfig, launcher.environment))
    if kind in _TOOLS:
        local_clusters.create(kind, kubeconfig, launcher.environment, launcher.log, contexts=CONTEXTS)
        return Cluster(kind, kubeconfig, CONTEXTS)
    start = {"emulated": _emulated, "controlplane": _control_plane}[kind]
    return Cluster(kind, kubeconfig, CONTEXTS, start(launcher, kubeconfig))


def remove_cluster(
    kind: str, folder: Path, environment: Mapping[str, str], log: Callable[[str], None]
) -> None:
    """For clusters that are not processes of the sandbox; the others end with these."""
    if kind in _TOOLS:
        local_clusters.delete(kind, folder, environment, log)


def _emulated(launcher: Launcher, kubeconfig: Path) -> str:
    from helmforge.sandbox.emulator.client import kubeconfig as emulated_kubeconfig  # noqa: PLC0415 - late

    ready = launcher.folder / "emulator.address"
    argv = [sys.executable, "-P", "-m", "helmforge.sandbox.emulator", "--ready-file", str(ready)]
    launcher.start(
        "cluster", argv, ready=ready.exists, seconds=_EMULATOR_SECONDS, logged="the emulated Kubernetes API"
    )
    server = ready.read_text(encoding="utf-8").strip()
    _write_private(kubeconfig, emulated_kubeconfig(server, contexts=CONTEXTS))
    return urlsplit(server).netloc


def _control_plane(launcher: Launcher, kubeconfig: Path) -> str:
    folder = launcher.folder / "controlplane"
    binaries = cached_binaries(launcher.environment)
    argv = [sys.executable, "-P", "-m", "helmforge.sandbox.controlplane", f"--folder={folder}"]
    launcher.start(
        "cluster",
        [*argv, f"--binaries={binaries}"],
        ready=(folder / "kubeconfig").exists,
        seconds=_CONTROL_PLANE_SECONDS,
        logged="a Kubernetes control plane",
    )
    text = (folder / "kubeconfig").read_text(encoding="utf-8")
    _write_private(kubeconfig, text)
    server: str = json.loads(text)["clusters"][0]["cluster"]["server"]
    return urlsplit(server).netloc


def _contexts_of(kubeconfig: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    argv = ["kubectl", f"--kubeconfig={kubeconfig}", "config", "get-contexts", "--output=name"]
    listed = Runner(environment).check(argv, what="the kubeconfig cannot be read")
    contexts = tuple(listed.out.splitlines())
    if not contexts:
        raise UsageError("the kubeconfig has no contexts", where=str(kubeconfig))
    return contexts


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
