"""Accepted findings of image scans: who answers for each, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from helmforge.domain.scanning import Finding


@dataclass(frozen=True)
class Waiver:
    """`expires` is the last day, in UTC, on which it holds. Empty `services` and `packages`: all of them."""

    id: str
    reason: str
    owner: str
    expires: date
    services: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def holds(self, today: date) -> bool:
        return today <= self.expires

    def concerns(self, service: str) -> bool:
        return not self.services or service in self.services

    def covers(self, finding: Finding) -> bool:
        """By one of the finding's identifiers: scanners name one flaw after different databases."""
        known = self.id in {finding.id, *finding.aliases}
        return known and (not self.packages or (finding.package or finding.place) in self.packages)

    def __str__(self) -> str:
        return f"{self.id} ({self.owner}, until {self.expires}): {self.reason}"


def unused(waivers: Iterable[Waiver], found: Mapping[str, Sequence[Finding] | None]) -> tuple[Waiver, ...]:
    """Those that nothing needs in the images of the services that were scanned, `found`; None stands for a
    scan without a result, after which nobody can tell. One that covers a finding below the severity counts
    as used: the severity may change.
    """
    return tuple(
        waiver
        for waiver in waivers
        if (asked := [found[service] for service in found if waiver.concerns(service)])
        and not any(findings is None or any(map(waiver.covers, findings)) for findings in asked)
    )
