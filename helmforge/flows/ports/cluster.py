"""Kubernetes clusters, and Helm as the way to change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from helmforge.domain.cluster import (
        Lease,
        PodRestarts,
        ReleaseKey,
        ReleaseRevision,
        RolloutReport,
        StoredRelease,
        Upgrade,
    )
    from helmforge.domain.containers import Container
    from helmforge.domain.names import Namespace
    from helmforge.domain.oci import Repository
    from helmforge.domain.settings import Cluster
    from helmforge.flows.ports.log import Log


class Helm(Protocol):
    """One method per verb, for Helm 3.17+ and 4. Paths are local."""

    def version(self) -> str: ...
    def lint(self, chart: Path, values: Path | None, log: Log) -> None: ...
    def template(self, chart: Path, values: tuple[Path, ...], name: str, namespace: str) -> str:
        """The rendered manifests, a YAML stream."""

    def values(self, files: Sequence[bytes]) -> Mapping[str, object]:
        """What Helm reads in these values files, each laid over the one before, as JSON has it."""

    def package(self, chart: Path, folder: Path) -> Path:
        """The .tgz that Helm wrote into `folder`."""

    def push(self, package: Path, repository: Repository) -> None:
        """`repository` is the chart's own; its last component is the chart's name."""

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        """Oldest first, pending and failed ones included; empty when there is no such release."""

    def stored(self, key: ReleaseKey, revision: int) -> StoredRelease:
        """What Helm keeps of a revision that `history` names."""

    def releases(self, cluster: Cluster, namespace: Namespace) -> tuple[str, ...]:
        """The names of the releases in the namespace, whatever their state, but for those uninstalled."""

    def upgrade(self, upgrade: Upgrade, log: Log) -> None:
        """`upgrade --install --wait --reset-values`; never rolls back by itself."""

    def rollback(self, key: ReleaseKey, revision: int, timeout_seconds: int) -> None: ...
    def uninstall(self, key: ReleaseKey, timeout_seconds: int, *, trace: str = "") -> None:
        """With a `trace` Helm keeps the history, its newest revision `uninstalled` and so described."""


class Kubernetes(Protocol):
    """Reads and Leases through kubectl."""

    def cluster_id(self, cluster: Cluster) -> str:
        """UID of the namespace kube-system."""

    def ensure_namespace(self, cluster: Cluster, namespace: str) -> None: ...
    def lease(self, key: ReleaseKey) -> Lease | None: ...
    def create_lease(self, key: ReleaseKey, holder: str, seconds: int) -> bool:
        """False when another one was first."""

    def renew_lease(self, key: ReleaseKey, lease: Lease, holder: str, seconds: int) -> bool:
        """Takes over or renews `lease` as it was read; False when it changed since."""

    def release_lease(self, key: ReleaseKey, holder: str) -> None:
        """Gives the Lease back if `holder` still holds it."""

    def forget_pending(self, key: ReleaseKey, revision: int, labels: Mapping[str, str]) -> bool:
        """Deletes Helm's record of a revision that is still pending-install or pending-upgrade and
        carries all of `labels`; False when there is no such record. For the holder of the Lease only.
        """

    def forget_revisions(self, key: ReleaseKey, revisions: Sequence[int]) -> None:
        """Deletes Helm's records of these revisions, but never of one that is deployed. For the holder of
        the Lease only.
        """

    def containers(self, cluster: Cluster, namespace: Namespace) -> tuple[Container, ...]:
        """Of every pod in the namespace that has not ended."""

    def explain(self, key: ReleaseKey) -> RolloutReport: ...
    def restarts(self, key: ReleaseKey) -> tuple[PodRestarts, ...]:
        """Of the release's pods that are there now, pods on their way out left out, by name."""
