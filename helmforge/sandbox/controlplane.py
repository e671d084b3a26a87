"""A real Kubernetes control plane on loopback, with kwok in the place of the kubelets.

Real are etcd, API server, controllers and scheduler: validation, admission (Pod Security included),
RBAC, server-side apply, rollouts. No container runs: kwok plays the pods by `stages.yaml`.

`python -m helmforge.sandbox.controlplane --folder F` serves until SIGTERM or SIGINT. F/kubeconfig
appears once the cluster is ready and goes when it ends.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from helmforge.errors import MissingToolError, UnreachableError
from helmforge.sandbox import components
from helmforge.sandbox.children import start_child
from helmforge.sandbox.cluster_api import ClusterApi
from helmforge.sandbox.kubeconfig import write_kubeconfig
from helmforge.sandbox.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from helmforge.sandbox.certificates import Authority
    from helmforge.sandbox.children import Child

CONTEXTS = ("dev", "prod")
NODES = ("sandbox-1", "sandbox-2", "sandbox-3")
_DEADLINE_SECONDS = 180.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ControlPlane:
    """A running cluster. `kubeconfig` has the contexts `dev` and `prod`, both with all rights."""

    folder: Path
    children: list[Child]

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    def require_alive(self) -> None:
        """Raise StepError with the log of the first component that has ended."""
        for child in self.children:
            child.require_alive()

    def stop(self) -> None:
        """Kill every component and delete the cluster's data; the logs stay. Safe to call twice."""
        for child in reversed(self.children):
            child.stop(grace_seconds=0)  # nothing to save
        self.kubeconfig.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_control_plane(folder: Path, binaries: Path) -> ControlPlane:
    """Start a cluster and wait until it takes pods. `folder` gets its files, `binaries` has its programs.

    Raises MissingToolError, StepError when a component ends, UnreachableError when the cluster is
    not ready in time.
    """
    authority = _authority(folder)
    ports = components.Ports(*free_ports(3))
    credentials = _credentials(folder, authority, f"https://127.0.0.1:{ports.apiserver}")
    plane = ControlPlane(folder, [])
    try:
        _start_all(plane, binaries, ports, credentials)
    except BaseException:
        plane.stop()
        raise
    return plane


def _start_all(
    plane: ControlPlane, binaries: Path, ports: components.Ports, credentials: components.Credentials
) -> None:
    environment = {"PATH": str(binaries), "HOME": str(plane.folder)}  # nobody's kubeconfig, nobody's etcd

    def start(argv: list[str]) -> None:
        log = plane.folder / f"{argv[0]}.log"
        plane.children.append(start_child(argv[0], argv, log=log, env=environment, cwd=plane.folder))

    server = f"https://127.0.0.1:{ports.apiserver}"
    api = ClusterApi(server, authority=credentials.authority, user=credentials.admin)
    try:
        start(components.etcd(plane.folder / "etcd", ports, credentials))
        start(components.apiserver(ports, credentials))
        _wait(plane, api.ready, "the API server")
        start(components.controller_manager(credentials))
        start(components.scheduler(credentials))
        start(components.kwok(credentials))
        for name in NODES:
            api.create("/api/v1/nodes", _node(name))
        _wait(plane, lambda: _takes_pods(api), "the nodes")
    finally:
        api.close()
    write_kubeconfig(
        plane.kubeconfig,
        server=server,
        authority=credentials.authority,
        user=credentials.admin,
        contexts=CONTEXTS,
    )


def _authority(folder: Path) -> Authority:
    try:
        from helmforge.sandbox.certificates import Authority  # noqa: PLC0415 - needs an optional package
    except ModuleNotFoundError as error:
        raise MissingToolError(
            "the control plane sandbox needs the Python package 'cryptography'",
            why=str(error),
            hint="pip install 'helmforge[controlplane]'",
        ) from error
    pki = folder / "pki"
    pki.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Authority(pki)


def _credentials(folder: Path, authority: Authority, server: str) -> components.Credentials:
    clients = {
        "kube-controller-manager": authority.issue("system:kube-controller-manager"),
        "kube-scheduler": authority.issue("system:kube-scheduler"),
        "kwok": authority.issue("kwok", groups=("system:masters",)),
    }
    kubeconfigs = {name: folder / "pki" / f"{name}.kubeconfig" for name in clients}
    for name, user in clients.items():
        write_kubeconfig(
            kubeconfigs[name],
            server=server,
            authority=authority.certificate,
            user=user,
            contexts=("sandbox",),
        )
    return components.Credentials(
        authority=authority.certificate,
        admin=authority.issue("admin", groups=("system:masters",)),
        etcd=authority.issue("etcd"),
        apiserver=authority.issue("kube-apiserver"),
        service_accounts=authority.signing_key("service-accounts"),
        kubeconfigs=kubeconfigs,
    )


def _node(name: str) -> dict[str, Any]:
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    annotations = {"kwok.x-k8s.io/node": "fake"}
    metadata = {"name": name, "labels": labels, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}


def _takes_pods(api: ClusterApi) -> bool:
    """Every node is ready and free of taints, and the service account that pods need is there."""
    nodes = (api.get("/api/v1/nodes") or {}).get("items", [])
    ready = [node for node in nodes if _node_ready(node)]
    account = api.get("/api/v1/namespaces/default/serviceaccounts/default")
    return len(ready) == len(NODES) and account is not None


def _node_ready(node: dict[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions", [])
    is_ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    return is_ready and not node["spec"].get("taints")


def _wait(plane: ControlPlane, ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not ready():
        plane.require_alive()
        if time.monotonic() > deadline:
            logs = "\n".join(f"{child.name}: {child.log_tail()}" for child in plane.children)
            raise UnreachableError(
                f"{what} did not become ready within {_DEADLINE_SECONDS:g} s",
                where=str(plane.folder),
                why=logs,
            )
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    import sys

    from helmforge.sandbox.serving import main

    sys.exit(main())
