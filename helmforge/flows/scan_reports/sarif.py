"""As SARIF 2.1.0 (OASIS), for GitHub code scanning."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from helmforge import __version__
from helmforge.domain.scanning import Standing

if TYPE_CHECKING:
    from helmforge.domain.scanning import Finding, Judged
    from helmforge.flows.scan_reports.report import ScanReport

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note"}
# A score in the middle of the range that GitHub reads as the severity
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "2.0"}


def as_sarif(report: ScanReport) -> str:
    """GitHub demands a file for each result: the service's, and an alert stays the same while it stands."""
    worst: dict[str, Finding] = {}
    for one in report.verdict.judged:
        worst.setdefault(one.finding.id, one.finding)  # they come sorted
    names = list(worst)
    run = {
        "tool": {
            "driver": {
                "name": "helmforge scan",
                "semanticVersion": __version__,
                "rules": [_rule(finding) for finding in worst.values()],
            }
        },
        "automationDetails": {"id": f"helmforge-scan/{report.service}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, one, names.index(one.finding.id)) for one in report.verdict.judged],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, object]:
    score = _SCORES.get(finding.severity)
    return {
        "id": finding.id,
        "shortDescription": {"text": finding.message or finding.id},
        "defaultConfiguration": {"level": _LEVELS.get(finding.severity, "none")},
        "properties": {"tags": ["security"]} | ({"security-severity": score} if score else {}),
    }


def _result(report: ScanReport, one: Judged, rule: int) -> dict[str, object]:
    finding = one.finding
    parts = (report.service, finding.id, finding.package, finding.place)
    result: dict[str, object] = {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": _LEVELS.get(finding.severity, "none"),
        "message": {"text": f"{one} in the image of {report.service} ({report.image})."},
        "locations": [_location(report, finding)],
        "partialFingerprints": {"helmforge/v1": hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]},
        "properties": {"service": report.service, "status": one.standing.value},
    }
    if one.standing is Standing.KNOWN:
        result["baselineState"] = "unchanged"
    if one.standing is Standing.WAIVED:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": str(one.waiver)}
        ]
    return result


def _location(report: ScanReport, finding: Finding) -> dict[str, object]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _quoted(report.file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        },
        "message": {"text": finding.subject or report.image},
    }


def _quoted(path: str) -> str:
    """`path`, relative to the root of the repository, as a relative URI reference."""
    return PurePosixPath("/", path).as_uri().removeprefix("file:///")
