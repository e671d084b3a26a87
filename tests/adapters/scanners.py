"""Recorded reports of scanners, and a scanner that repeats one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helmforge.adapters.process import Runner
from helmforge.adapters.scanner import CommandScanner
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.domain.settings import Scan
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from helmforge.domain.scanning import Finding

RECORDED = Path(__file__).parent / "scans"
CLEAN = {"SchemaVersion": 2, "ArtifactName": "image.tar", "ArtifactType": "container_image"}
IMAGE = Repository(RegistryHost("cr.example"), "team/shop").tagged("v1.0.0")


def trivy_report(*severities: str) -> dict[str, Any]:
    vulnerabilities = [
        {
            "VulnerabilityID": f"CVE-2026-{number:04}",
            "PkgName": "openssl",
            "InstalledVersion": "3.0.1",
            **({"FixedVersion": "3.0.9"} if number % 2 else {}),
            "Severity": severity,
        }
        for number, severity in enumerate(severities, start=1)
    ]
    return {**CLEAN, "Results": [{"Target": "image", "Vulnerabilities": vulnerabilities}]}


def grype_report(*severities: str) -> dict[str, Any]:
    return {
        "source": {"type": "image"},
        "matches": [
            {
                "vulnerability": {
                    "id": f"GHSA-{number}",
                    "severity": severity,
                    "fix": {"versions": ["2.0", "2.1"]},
                },
                "relatedVulnerabilities": [{"id": f"CVE-2026-{number}"}],
                "artifact": {"name": "left-pad", "version": "1.0"},
            }
            for number, severity in enumerate(severities, start=1)
        ],
    }


def sarif_report(results: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "x", "rules": rules or []}}, "results": results}],
    }


class Scene:
    """A scanner on PATH that gives a recorded answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scanner = CommandScanner(Runner({"PATH": f"{folder}:{os.defpath}"}))
        self.lines: list[str] = []
        self.exported = 0

    def archive(self) -> Path:
        self.exported += 1
        return self.folder / "image.tar"

    def scan(
        self, report: object, *command: str, code: int = 0, err: str = "", cases: str = ""
    ) -> tuple[Finding, ...]:
        self.record(report, command[0], code=code, err=err, cases=cases)
        return self.ask(Scan(command))

    def ask(self, scan: Scan) -> tuple[Finding, ...]:
        return self.scanner.scan(scan, IMAGE, self.archive, self.folder, self.lines.append)

    def record(self, report: object, program: str, *, code: int = 0, err: str = "", cases: str = "") -> None:
        out = report if isinstance(report, str) else json.dumps(report)
        recorded_program(self.folder, program, out=out, err=err, code=code, cases=cases)

    def arguments(self, program: str) -> list[str]:
        return arguments_of(self.folder / program)
