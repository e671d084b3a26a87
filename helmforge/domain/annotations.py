"""What a CI system shows beside a line of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.findings_rules import Severity

if TYPE_CHECKING:
    from helmforge.domain.findings import Finding, Place


@dataclass(frozen=True)
class Annotation:
    """Hostile text, for one place of the repository; None when it is about no file. `text` may have
    several lines.
    """

    title: str
    text: str
    place: Place | None = None
    warning: bool = False


def annotation_of(finding: Finding) -> Annotation:
    some = f" (in {', '.join(finding.environments)})" if finding.environments else ""
    remedy = f"\n{finding.remedy}" if finding.remedy else ""
    return Annotation(
        finding.about.title,
        f"{finding.reason}{some} [{finding.rule}]{remedy}",
        finding.place,
        warning=finding.about.severity is Severity.WARNING,
    )
