"""The programs of a Kubernetes control plane and how each is started on loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.sandbox.certificates import KeyPair

KUBERNETES_VERSION = "v1.36.3"
NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
STAGES = Path(__file__).with_name("stages.yaml")


@dataclass(frozen=True)
class Ports:
    """Free ports on 127.0.0.1."""

    etcd: int
    etcd_peer: int
    apiserver: int


@dataclass(frozen=True)
class Credentials:
    """Certificates and kubeconfigs on disk, one per component."""

    authority: Path
    admin: KeyPair
    etcd: KeyPair
    apiserver: KeyPair
    service_accounts: Path
    kubeconfigs: Mapping[str, Path]


def cached_binaries(environment: Mapping[str, str]) -> Path:
    """The cache folder in which `make controlplane` leaves the programs; MissingToolError without it."""
    home = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(environment.get("HELMFORGE_CACHE") or home / "helmforge")
    folder = cache / "controlplane" / KUBERNETES_VERSION
    missing = [name for name in NAMES if not os.access(folder / name, os.X_OK)]
    if missing:
        raise MissingToolError(
            f"the control plane has not been built: {', '.join(missing)} missing",
            where=str(folder),
            hint="`make controlplane` in a clone of helmforge builds it once per machine (about 15 minutes)",
        )
    return folder


def etcd(data: Path, ports: Ports, credentials: Credentials) -> list[str]:
    server, peer = f"https://127.0.0.1:{ports.etcd}", f"https://127.0.0.1:{ports.etcd_peer}"
    pair = credentials.etcd
    tls = [f"--cert-file={pair.certificate}", f"--key-file={pair.key}", "--client-cert-auth"]
    peer_tls = [
        f"--peer-cert-file={pair.certificate}",
        f"--peer-key-file={pair.key}",
        "--peer-client-cert-auth",
    ]
    return [
        "etcd",
        "--name=sandbox",
        f"--data-dir={data}",
        "--unsafe-no-fsync",  # the data does not outlive the sandbox
        f"--listen-client-urls={server}",
        f"--advertise-client-urls={server}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        *tls,
        *peer_tls,
        f"--trusted-ca-file={credentials.authority}",
        f"--peer-trusted-ca-file={credentials.authority}",
        "--logger=zap",
        "--log-level=warn",
    ]


def apiserver(ports: Ports, credentials: Credentials) -> list[str]:
    return [
        "kube-apiserver",
        f"--etcd-servers=https://127.0.0.1:{ports.etcd}",
        f"--etcd-cafile={credentials.authority}",
        f"--etcd-certfile={credentials.etcd.certificate}",
        f"--etcd-keyfile={credentials.etcd.key}",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports.apiserver}",
        f"--tls-cert-file={credentials.apiserver.certificate}",
        f"--tls-private-key-file={credentials.apiserver.key}",
        f"--client-ca-file={credentials.authority}",
        "--anonymous-auth=false",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={credentials.service_accounts}",
        f"--service-account-signing-key-file={credentials.service_accounts}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--endpoint-reconciler-type=none",  # a loopback address is not a legal endpoint
        "--profiling=false",
    ]


def controller_manager(credentials: Credentials) -> list[str]:
    return [
        "kube-controller-manager",
        f"--kubeconfig={credentials.kubeconfigs['kube-controller-manager']}",
        f"--root-ca-file={credentials.authority}",
        f"--service-account-private-key-file={credentials.service_accounts}",
        "--use-service-account-credentials=true",
        "--kube-api-qps=200",  # the default of 20 makes its start last 4 s longer
        "--kube-api-burst=400",
        "--node-monitor-period=500ms",  # the first look makes the nodes schedulable
        "--leader-elect=false",
        "--secure-port=0",
    ]


def scheduler(credentials: Credentials) -> list[str]:
    kubeconfig = credentials.kubeconfigs["kube-scheduler"]
    return ["kube-scheduler", f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0"]


def kwok(credentials: Credentials) -> list[str]:
    return [
        "kwok",
        f"--kubeconfig={credentials.kubeconfigs['kwok']}",
        f"--config={STAGES}",
        "--manage-all-nodes",
        "--node-lease-duration-seconds=40",
        "--cidr=10.244.0.0/16",
    ]
