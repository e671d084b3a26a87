"""How the version has done in the environment before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.brief.part import Unknown  # noqa: TC001 - an alias of values is made of it
from helmforge.domain.deployment import good_ones

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helmforge.domain.brief.part import Part
    from helmforge.domain.cluster import PodRestarts, ReleaseRevision


@dataclass(frozen=True)
class Stay:
    """What runs in `environment`. `same` when it is exactly the chart that is to be approved; `since` is
    when that came, and has stayed since. `version` is "" when nothing runs that helmforge deployed.
    """

    environment: str
    version: str
    same: bool
    since: datetime | None
    pods: Part[tuple[PodRestarts, ...]]


def stay(
    environment: str,
    history: Sequence[ReleaseRevision],
    chart: str,
    pods: tuple[PodRestarts, ...] | Unknown,
) -> Stay:
    """`chart` is the digest of what is to be approved."""
    ran = good_ones(history)
    record = ran[-1].record if ran else None
    if record is None:
        return Stay(environment, "", same=False, since=None, pods=pods)
    since = None
    for one in reversed(ran):
        if one.record is None or one.record.chart != record.chart:
            break
        since = one.revision.updated
    return Stay(environment, record.version, record.chart == chart, since, pods)
