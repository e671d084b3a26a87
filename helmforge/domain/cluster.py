"""What a cluster and Helm know about a release, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  (dataclass fields are evaluated by readers of the hints)
from typing import TYPE_CHECKING

from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.names import Namespace
    from helmforge.domain.settings import Cluster


@dataclass(frozen=True)
class ReleaseKey:
    """Where a Helm release lives."""

    cluster: Cluster
    namespace: Namespace
    name: str


@dataclass(frozen=True)
class ReleaseRevision:
    """One entry of Helm's history. `status` is Helm's word: deployed, failed, superseded, pending-upgrade…"""

    revision: int
    status: str
    chart: str
    app_version: str
    updated: datetime | None
    description: str

    @property
    def pending(self) -> bool:
        return self.status.startswith("pending-")


@dataclass(frozen=True)
class StoredRelease:
    """What Helm keeps of one revision: labels, the values that it was given, and the chart's own templates
    (without those of charts inside it) by path.
    """

    labels: Mapping[str, str]
    values: Mapping[str, object]
    templates: Mapping[str, bytes]


@dataclass(frozen=True)
class Upgrade:
    """One `helm upgrade --install`. `chart` is a packaged archive, `values` files in order of precedence."""

    key: ReleaseKey
    chart: Path
    values: tuple[Path, ...]
    description: str
    timeout_seconds: int
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lease:
    """A coordination.k8s.io Lease as read. Times are UTC; `version` is its resourceVersion."""

    name: str
    holder: str
    renewed: datetime
    duration_seconds: int
    version: str

    def free(self, now: datetime) -> bool:
        """Nobody holds it: it was given back, or its holder has not renewed it in time."""
        return not self.holder or (now - self.renewed).total_seconds() > self.duration_seconds


@dataclass(frozen=True)
class PodReport:
    """Why a pod is not ready: `reason` such as ImagePullBackOff, its message, the last lines of its log."""

    name: str
    phase: str
    reason: str
    message: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class RolloutReport:
    """The state of a release's pods and the warning events about them, newest last."""

    pods: tuple[PodReport, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class PodRestarts:
    """A pod of a release: how often its containers were started again, and why the last time."""

    name: str
    ready: bool
    restarts: int
    reason: str = ""


class ReleaseLockedError(StepError):
    """Helm's own lock: the release is `pending-*`, or another Helm was faster. Nothing was changed."""


class RolloutError(StepError):
    """The cluster took the manifests, but their objects failed or did not become ready."""


class RolloutTimeoutError(RolloutError):
    """The objects did not become ready in time. Helm's record says `failed`."""
