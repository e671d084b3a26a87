"""What an approver reads first. Each part is a fact, or the reason why it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.brief.part import Part, Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from helmforge.domain.brief.before import Stay
    from helmforge.domain.brief.changes import Changes
    from helmforge.domain.brief.decision import Outcome, SignOffs
    from helmforge.domain.brief.findings import FindingsChange
    from helmforge.domain.brief.image import ImageChange
    from helmforge.domain.brief.objects import Difference
    from helmforge.domain.brief.values import LoneKey

__all__ = ["Brief", "Part", "Running", "Subject", "Summary", "Unknown"]


@dataclass(frozen=True)
class Subject:
    """The exact artifact. `image` and `chart` are references by digest."""

    service: str
    version: str
    environment: str
    commit: str
    image: str
    chart: str


@dataclass(frozen=True)
class Running:
    """What runs in the environment now; without `version` nothing that helmforge deployed."""

    version: str
    commit: str
    since: datetime | None


@dataclass(frozen=True)
class Summary:
    """What is known at once. `made` is when."""

    subject: Subject
    made: datetime
    running: Part[Running]
    changes: Part[Changes]
    approvals: Part[SignOffs]


@dataclass(frozen=True)
class Brief(Summary):
    """`before` is None when the environment is the first one."""

    difference: Part[Difference]
    lone_keys: Part[tuple[LoneKey, ...]]
    image: Part[ImageChange]
    findings: Part[FindingsChange]
    before: Part[Stay] | None
    outcome: Part[Outcome]
