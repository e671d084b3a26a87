"""Leases of coordination.k8s.io/v1 as JSON documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helmforge.domain.cluster import Lease

if TYPE_CHECKING:
    from helmforge.domain.cluster import ReleaseKey

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def lease_name(key: ReleaseKey) -> str:
    return f"helmforge-{key.name}"


def lease_from(document: dict[str, Any]) -> Lease:
    """A Lease without a renewal time (somebody made it by hand) counts as never renewed: expired."""
    spec = document.get("spec", {})
    renewed = spec.get("renewTime") or spec.get("acquireTime")
    return Lease(
        name=document["metadata"]["name"],
        holder=spec.get("holderIdentity") or "",
        renewed=datetime.fromisoformat(renewed).astimezone(UTC) if renewed else _NEVER,
        duration_seconds=int(spec.get("leaseDurationSeconds") or 0),
        version=document["metadata"]["resourceVersion"],
    )


def lease_document(
    key: ReleaseKey, holder: str, seconds: int, now: datetime, *, version: str = "", acquired: bool = True
) -> dict[str, Any]:
    """`version` is the resourceVersion that is replaced; without one the API server takes any.

    An empty holder is left out: the API server refuses the empty string.
    """
    metadata = {
        "name": lease_name(key),
        "namespace": key.namespace,
        "labels": {"app.kubernetes.io/managed-by": "helmforge", "app.kubernetes.io/instance": key.name},
    }
    if version:
        metadata["resourceVersion"] = version
    spec: dict[str, Any] = {"leaseDurationSeconds": seconds, "renewTime": _micro_time(now)}
    if holder:
        spec["holderIdentity"] = holder
    if acquired:
        spec["acquireTime"] = _micro_time(now)
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def _micro_time(moment: datetime) -> str:
    """Kubernetes' MicroTime: RFC 3339 in UTC with exactly six fractional digits."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
