"""The report of an image scan: one verdict in four forms."""

from helmforge.flows.scan_reports.files import remove_reports, write_reports
from helmforge.flows.scan_reports.report import ScanReport

__all__ = ["ScanReport", "remove_reports", "write_reports"]
