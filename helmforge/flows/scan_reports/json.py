"""As JSON, version 1 (docs/scanning.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.scanning import Judged
    from helmforge.domain.waivers import Waiver
    from helmforge.flows.scan_reports.report import ScanReport


def as_json(report: ScanReport) -> str:
    document = {
        "version": 1,
        "service": report.service,
        "image": report.image,
        "scanner": report.scanner,
        "severity": report.severity,
        "blocked": bool(report.verdict.blocking),
        "findings": [_finding(one) for one in report.verdict.judged],
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(one: Judged) -> dict[str, object]:
    finding = one.finding
    return {
        "id": finding.id,
        "aliases": list(finding.aliases),
        "severity": finding.severity,
        "package": finding.package,
        "version": finding.version,
        "fixed": finding.fixed,
        "place": finding.place,
        "message": finding.message,
        "standing": one.standing.name.lower(),
        "blocks": one.standing.blocking,
        "waiver": _waiver(one.waiver) if one.waiver else None,
    }


def _waiver(waiver: Waiver) -> dict[str, object]:
    return {
        "id": waiver.id,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "services": list(waiver.services),
        "packages": list(waiver.packages),
    }
