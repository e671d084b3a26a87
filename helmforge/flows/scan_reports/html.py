"""As one HTML page that needs nothing else and runs nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from helmforge.flows.scan_reports.report import HEADERS

if TYPE_CHECKING:
    from helmforge.flows.scan_reports.report import ScanReport

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #767676; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
.blocks {{ background: #fdecea; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Scanned by {scanner}. <strong>{conclusion}</strong></p>
{table}
</body>
</html>
"""


def as_html(report: ScanReport) -> str:
    return _PAGE.format(
        title=escape(f"Image scan of {report.service}: {report.image}"),
        scanner=escape(report.scanner),
        conclusion=escape(report.conclusion),
        table=_table(report) if report.rows else "<p>No findings.</p>",
    )


def _table(report: ScanReport) -> str:
    heads = "".join(f'<th scope="col">{escape(header.capitalize())}</th>' for header in HEADERS)
    rows = (
        f'<tr class="{"blocks" if one.standing.blocking else "passes"}">'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for one, row in zip(report.verdict.judged, report.rows, strict=True)
    )
    head = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    return "\n".join([head, *rows, "</tbody>\n</table>"])
