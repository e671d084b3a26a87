"""Whether a version has run long enough in the environment before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from helmforge.domain.deployment import current

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helmforge.domain.cluster import ReleaseRevision
    from helmforge.domain.oci import Digest


def not_soaked(history: Sequence[ReleaseRevision], chart: Digest, soak: timedelta, now: datetime) -> str:
    """Why this chart has not run for `soak`, by Helm's history of the environment before; "" when it has.

    A deployment that failed, also in between, begins the time anew, as any new revision does.
    """
    newest = current(history)
    if newest is None:
        return "nothing runs there"
    if newest.revision.status != "deployed":
        return f"the release there is {newest.revision.status}"
    if newest.record is None or newest.revision.updated is None:
        return "what runs there was deployed by hand"
    if newest.record.chart != chart:
        return f"what runs there is {newest.record.version}, with the chart {newest.record.chart}"
    since = newest.revision.updated
    missing = soak - (now - since)
    runs = f"it runs there since {since.isoformat(timespec='minutes')}"
    return f"{runs}, {_spoken(missing)} are missing" if missing > timedelta() else ""


def _spoken(missing: timedelta) -> str:
    minutes = int(missing.total_seconds()) // 60 + 1
    return f"{minutes // 60} h {minutes % 60} min"
