"""Where reports go: `<folder>/<service>.txt`, `.json`, `.sarif`, `.html`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.errors import StepError
from helmforge.flows.scan_reports.html import as_html
from helmforge.flows.scan_reports.json import as_json
from helmforge.flows.scan_reports.sarif import as_sarif
from helmforge.flows.scan_reports.text import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.flows.scan_reports.report import ScanReport

_FORMS: Mapping[str, Callable[[ScanReport], str]] = {
    "txt": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "html": as_html,
}


def write_reports(folder: Path, report: ScanReport) -> None:
    """StepError when the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, form in _FORMS.items():
            text = form(report)
            (folder / f"{report.service}.{ending}").write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise _unusable(folder, error) from error


def remove_reports(folder: Path, service: str) -> None:
    try:
        for ending in _FORMS:
            (folder / f"{service}.{ending}").unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: OSError) -> StepError:
    return StepError(
        "the report of the scan cannot be written", where=str(folder), why=error.strerror or str(error)
    )
