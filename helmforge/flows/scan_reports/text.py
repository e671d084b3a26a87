"""As a table of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.flows.scan_reports.report import HEADERS

if TYPE_CHECKING:
    from helmforge.flows.scan_reports.report import ScanReport


def as_text(report: ScanReport) -> str:
    lines = [f"{report.image}, scanned by {report.scanner}", report.conclusion, ""]
    rows = [tuple(header.upper() for header in HEADERS), *report.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADERS))]
    if report.rows:
        lines += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    else:
        lines.append("no findings")
    return "\n".join(lines) + "\n"
