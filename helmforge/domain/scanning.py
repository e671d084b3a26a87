"""What a scan of an image found, of whichever scanner, and whether it blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from helmforge.domain.waivers import Waiver

SEVERITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")


@dataclass(frozen=True)
class Finding:
    """`package` and `version` of a vulnerability, or the `place` of anything else: a path in the image.
    `fixed` is the version that mends it: empty when there is none, None when the report cannot say.
    `aliases` are its identifiers in other databases. Every text is one line that a terminal shows as it is.
    """

    id: str
    severity: str
    package: str = ""
    version: str = ""
    fixed: str | None = None
    place: str = ""
    message: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Position in SEVERITIES; -1 for scanners' words such as UNKNOWN or NEGLIGIBLE."""
        return SEVERITIES.index(self.severity) if self.severity in SEVERITIES else -1

    @property
    def subject(self) -> str:
        return f"{self.package} {self.version}".strip() or self.place

    def __str__(self) -> str:
        subject = f"{self.severity} {self.id} {self.subject}".rstrip()
        if self.fixed is None:
            return f"{subject}: {self.message}" if self.message else subject
        return f"{subject} (fixed in {self.fixed})" if self.fixed else f"{subject} (no fix)"


class Standing(Enum):
    """What becomes of a finding."""

    BLOCKS = "blocks"
    EXPIRED = "blocks: its waiver has expired"
    WAIVED = "waived"
    KNOWN = "in production already"
    BELOW = "below the severity"

    @property
    def blocking(self) -> bool:
        return self in {Standing.BLOCKS, Standing.EXPIRED}


@dataclass(frozen=True)
class Judged:
    """`waiver` is the one that holds, or else the one that has expired."""

    finding: Finding
    standing: Standing
    waiver: Waiver | None = None

    def __str__(self) -> str:
        if self.standing is Standing.EXPIRED and self.waiver:
            return f"{self.finding}; the waiver of {self.waiver.owner} expired after {self.waiver.expires}"
        return str(self.finding)


@dataclass(frozen=True)
class Verdict:
    """Worst findings first."""

    judged: tuple[Judged, ...]

    @property
    def blocking(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.standing.blocking)

    def count(self, standing: Standing) -> int:
        return sum(one.standing is standing for one in self.judged)


def judge(
    findings: Sequence[Finding],
    severity: str,
    waivers: Sequence[Waiver],
    today: date,
    *,
    known: Sequence[Finding] = (),
) -> Verdict:
    """`waivers` are those that concern the service; `known` is what production has already.

    An expired one blocks although production has the finding, which the waiver itself brought there.
    """
    there = Counter(identity(finding) for finding in known)
    judged = []
    for finding in sorted(findings, key=lambda one: (-one.rank, one.id, one.subject)):
        covering = [waiver for waiver in waivers if waiver.covers(finding)]
        standing, waiver = _standing(finding, severity, covering, today)
        if standing is Standing.BLOCKS and there[identity(finding)]:
            there[identity(finding)] -= 1
            standing = Standing.KNOWN
        judged.append(Judged(finding, standing, waiver))
    return Verdict(tuple(judged))


def _standing(
    finding: Finding, severity: str, covering: list[Waiver], today: date
) -> tuple[Standing, Waiver | None]:
    waiver = next((one for one in covering if one.holds(today)), covering[0] if covering else None)
    if finding.rank < SEVERITIES.index(severity):
        return Standing.BELOW, waiver
    if waiver is None:
        return Standing.BLOCKS, None
    return (Standing.WAIVED if waiver.holds(today) else Standing.EXPIRED), waiver


def identity(finding: Finding) -> tuple[str, str, str]:
    """The same flaw of the same package, also of its next version. Each occurrence counts: a second copy
    of a vulnerable library, or a second secret in a file, is new.
    """
    return finding.id, finding.package, finding.place
