"""What a report says, before it has a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.scanning import Judged, Verdict

HEADERS = ("severity", "finding", "in", "fixed in", "status", "what it is")


@dataclass(frozen=True)
class ScanReport:
    """`file` is the one of the repository that stands for the image: its Dockerfile."""

    service: str
    file: str
    image: str
    scanner: str
    severity: str
    verdict: Verdict

    @property
    def conclusion(self) -> str:
        number = len(self.verdict.blocking)
        if not number:
            return f"passed: nothing blocks at or above {self.severity}"
        return f"blocked: {number} at or above {self.severity}"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """One for each finding, below HEADERS."""
        return [_row(one) for one in self.verdict.judged]


def _row(one: Judged) -> tuple[str, ...]:
    finding = one.finding
    fixed = "-" if finding.fixed is None else finding.fixed or "no fix"
    status = f"{one.standing.value}: {one.waiver}" if one.waiver else one.standing.value
    return finding.severity, finding.id, finding.subject or "-", fixed, status, finding.message or "-"
