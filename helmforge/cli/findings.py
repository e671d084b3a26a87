"""What lint found, as lines for people and as JSON for programs (docs/linting.md)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from helmforge.cli.printing import clean
from helmforge.domain.findings import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.findings import Finding, Place
    from helmforge.flows.lint import Report

_FORMAT_VERSION = 1


def lines(report: Report) -> Iterator[str]:
    """Grouped by file; each finding is one line, and one with the remedy."""
    for file, findings in groupby(report.findings, lambda finding: finding.place.file):
        yield clean(file)
        for finding in findings:
            yield from _finding(finding, report)
    for name in report.without_chart:
        yield f"{name} has no chart yet: helmforge scaffold {name}"
    yield _summary(report)


def _finding(finding: Finding, report: Report) -> Iterator[str]:
    place = ":".join(str(number) for number in (finding.place.line, finding.place.column) if number)
    some = finding.environments and set(finding.environments) != set(report.environments)
    where = f" ({', '.join(finding.environments)})" if some else ""
    reason = clean(" ".join(finding.reason.split()))
    yield f"  {place:<7} {finding.about.severity.value:<7} {reason}{where} [{finding.rule}]"
    if finding.remedy:
        yield f"{'':17} do: {clean(' '.join(finding.remedy.split()))}"


def _summary(report: Report) -> str:
    number, files = len(report.findings), len({finding.place.file for finding in report.findings})
    looked = f"{_count(len(report.services), 'service')}, {_count(len(report.environments), 'environment')}"
    found = f"{_count(number, 'finding')} in {_count(files, 'file')}" if number else "no findings"
    return f"{found} ({looked})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def document(report: Report) -> dict[str, object]:
    return {
        "v": _FORMAT_VERSION,
        "exitCode": int(exit_code(report.findings)),
        "services": list(report.services),
        "environments": list(report.environments),
        "withoutChart": list(report.without_chart),
        "findings": [_entry(finding) for finding in report.findings],
    }


def _entry(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.about.severity.value,
        **_place(finding.place),
        "key": finding.key,
        "service": finding.service,
        "environments": list(finding.environments),
        "reason": finding.reason,
        "remedy": finding.remedy,
        "related": _place(finding.related) if finding.related else None,
    }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}
