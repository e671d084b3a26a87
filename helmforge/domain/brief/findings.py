"""Which known flaws a version brings and takes away, next to what production runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.scanning import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.domain.scanning import Finding, Judged, Verdict


@dataclass(frozen=True)
class FindingsChange:
    """`kept` are in both. `compared` is False when production has no image: then everything is added."""

    scanner: str
    added: tuple[Judged, ...]
    removed: tuple[Finding, ...]
    kept: int
    compared: bool


def findings_change(scanner: str, verdict: Verdict, production: Sequence[Finding] | None) -> FindingsChange:
    """Each occurrence counts, as in the scan gate."""
    there = Counter(map(identity, production or ()))
    added = []
    for one in verdict.judged:
        name = identity(one.finding)
        if there[name]:
            there[name] -= 1
        else:
            added.append(one)
    removed = []
    for finding in production or ():
        if there[identity(finding)]:
            there[identity(finding)] -= 1
            removed.append(finding)
    kept = len(verdict.judged) - len(added)
    return FindingsChange(scanner, tuple(added), tuple(removed), kept, production is not None)
