"""What `release audit` finds: things in production for which no promotion speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from helmforge.domain.containers import pinned_digest, repository_of
from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from helmforge.domain.containers import Container
    from helmforge.domain.promotion_record import PromotionRecord


class Kind(Enum):
    TAG = "tag"
    IMAGE = "image"
    RELEASE = "release"


@dataclass(frozen=True)
class Oddity:
    """`subject` is the tag, the container or the Helm release; `image` what tag or container lead to: of the
    tag of a chart the chart's digest.
    """

    kind: Kind
    environment: str
    subject: str
    why: str
    image: str = ""


@dataclass(frozen=True)
class Audit:
    """`unknown` says what could not be asked, and why; the numbers are how many were looked at."""

    environment: str
    oddities: tuple[Oddity, ...]
    unknown: tuple[str, ...]
    tags: int
    containers: int
    releases: int


def exit_code(audits: Iterable[Audit]) -> ExitCode:
    """What was found outweighs what could not be asked."""
    every = tuple(audits)
    if any(audit.oddities for audit in every):
        return ExitCode.REFUSED
    return ExitCode.UNREACHABLE if any(audit.unknown for audit in every) else ExitCode.DONE


def speaks_for(record: PromotionRecord, service: str, target: str, environments: Collection[str]) -> bool:
    """Whether the record is about this tag (`host/path:tag`) of the service's images."""
    return (record.service, record.target) == (service, target) and record.environment in environments


def speaks_for_chart(
    record: PromotionRecord, service: str, target: str, chart: str, environments: Collection[str]
) -> bool:
    """Whether the record is about this tag (`host/path:tag`) of the service's chart, and these bytes."""
    version = record.version.removeprefix("v")  # as charts have it
    theirs = (record.service, f"{record.charts}:{version}", record.chart)
    return theirs == (service, target, chart) and record.environment in environments


def image_fault(container: Container, repositories: Collection[str], environment: str) -> str:
    """What the reference alone tells; "" when it is pinned, and from where the environment's images live."""
    if repository_of(container.image) not in repositories:
        return f"its image is not from where images of {environment} live"
    if pinned_digest(container.image) is None:
        return "its image is not pinned by digest"
    return ""
