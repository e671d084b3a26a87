"""The scan gate over recorded reports. The scanners' own findings are not the subject."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.scanner import CommandScanner
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.domain.settings import Scan
from helmforge.errors import MissingToolError, StepError, ToolError, UsageError
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from pathlib import Path

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
    return {"SchemaVersion": 2, "Results": [{"Target": "image", "Vulnerabilities": vulnerabilities}]}


def grype_report(*severities: str) -> dict[str, Any]:
    return {
        "matches": [
            {
                "vulnerability": {
                    "id": f"GHSA-{number}",
                    "severity": severity,
                    "fix": {"versions": ["2.0", "2.1"]},
                },
                "artifact": {"name": "left-pad", "version": "1.0"},
            }
            for number, severity in enumerate(severities, start=1)
        ]
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
        self, report: object, *command: str, severity: str = "HIGH", code: int = 0, err: str = ""
    ) -> None:
        out = report if isinstance(report, str) else json.dumps(report)
        recorded_program(self.folder, command[0], out=out, err=err, code=code)
        self.scanner.scan(Scan(command, severity), IMAGE, self.archive, self.lines.append)

    def arguments(self, program: str) -> list[str]:
        return arguments_of(self.folder / program)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_no_findings_pass_and_say_so(scene: Scene) -> None:
    scene.scan({"SchemaVersion": 2}, "trivy")
    scene.scan(grype_report(), "grype")
    scene.scan(sarif_report([]), "my-scanner")

    assert scene.lines == [
        "trivy: 0 findings, 0 at or above HIGH",
        "grype: 0 findings, 0 at or above HIGH",
        "my-scanner: 0 findings, 0 at or above HIGH",
    ]


@pytest.mark.parametrize(
    ("report", "program"),
    [
        (trivy_report("HIGH"), "trivy"),
        (grype_report("High"), "grype"),
        (sarif_report([{"ruleId": "R1", "level": "error"}]), "my-scanner"),
    ],
)
def test_the_severity_is_a_threshold(scene: Scene, report: dict[str, Any], program: str) -> None:
    scene.scan(report, program, severity="CRITICAL")
    for severity in ("HIGH", "MEDIUM", "LOW"):
        with pytest.raises(StepError, match=f"found 1 at or above {severity}"):
            scene.scan(report, program, severity=severity)


def test_findings_are_listed_worst_first(scene: Scene) -> None:
    with pytest.raises(StepError) as caught:
        scene.scan(trivy_report("HIGH", "CRITICAL", "LOW", "UNKNOWN"), "trivy")

    assert caught.value.why.splitlines() == [
        "CRITICAL CVE-2026-0002 openssl 3.0.1 (no fix)",
        "HIGH CVE-2026-0001 openssl 3.0.1 (fixed in 3.0.9)",
    ]


def test_twenty_findings_are_listed_and_the_rest_counted(scene: Scene) -> None:
    with pytest.raises(StepError) as caught:
        scene.scan(grype_report(*["Critical"] * 25), "grype")

    lines = caught.value.why.splitlines()
    assert len(lines) == 21
    assert lines[0] == "CRITICAL GHSA-1 left-pad 1.0 (fixed in 2.0, 2.1)"
    assert lines[-1] == "and 5 more"


def test_secrets_in_the_image_count_and_are_not_shown(scene: Scene) -> None:
    secret = {
        "RuleID": "aws-access-key",
        "Title": "AWS Access Key ID",
        "Severity": "CRITICAL",
        "Match": "AKIAsecret",
    }
    report = {"SchemaVersion": 2, "Results": [{"Target": "/app/.env", "Secrets": [secret]}]}

    with pytest.raises(StepError) as caught:
        scene.scan(report, "trivy")

    assert caught.value.why == "CRITICAL aws-access-key secret in /app/.env: AWS Access Key ID"


@pytest.mark.parametrize(
    ("result", "rule", "blocked"),
    [
        ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, True),
        ({"level": "error"}, {"properties": {"security-severity": "6.9"}}, False),
        ({"level": "error", "properties": {"tags": []}}, {"properties": {"security-severity": "1.0"}}, False),
        ({"properties": {"security-severity": 7.0}}, {}, True),
        ({"level": "error"}, {}, True),
        ({}, {"defaultConfiguration": {"level": "error"}}, True),
        ({}, {}, False),
        ({"level": "error", "kind": "pass"}, {}, False),
    ],
)
def test_sarif_severities(
    scene: Scene, result: dict[str, Any], rule: dict[str, Any], *, blocked: bool
) -> None:
    """The score decides before the level, and the rule's default stands in for the result's level."""
    location = {"physicalLocation": {"artifactLocation": {"uri": "usr/lib/ssl.so"}}}
    report = sarif_report([{"ruleId": "R1", "locations": [location], **result}], [{"id": "R1", **rule}])

    if not blocked:
        scene.scan(report, "my-scanner")
        return
    with pytest.raises(StepError, match="found 1 at or above HIGH") as caught:
        scene.scan(report, "my-scanner")
    assert "R1 usr/lib/ssl.so" in caught.value.why


MESSAGES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "text": ({"text": "world-writable file"}, {}, ": world-writable file"),
    "only the first line": ({"text": "\n  runs as root \r\nUSER is missing"}, {}, ": runs as root"),
    "no escape sequences": ({"text": "red\x1b[31m\u202efile"}, {}, ": red [31m file"),
    "arguments": ({"text": "{{{0}}} in {1}, {7}", "arguments": ["key", "x"]}, {}, ": {key} in x, {7}"),
    "braces without arguments": ({"text": "${{ env }}"}, {}, ": ${{ env }}"),
    "of the rule": ({"id": "m"}, {"messageStrings": {"m": {"text": "no health check"}}}, ": no health check"),
    "the rule's description": ({}, {"shortDescription": {"text": "setuid file"}}, ": setuid file"),
    "nothing": ({}, {}, ""),
    "long": ({"text": "x" * 500}, {}, f": {'x' * 200}…"),
}


@pytest.mark.parametrize(("message", "rule", "shown"), MESSAGES.values(), ids=MESSAGES)
def test_sarif_messages_are_shown(
    scene: Scene, message: dict[str, Any], rule: dict[str, Any], shown: str
) -> None:
    result = {"ruleId": "R1", "level": "error", "message": message}
    with pytest.raises(StepError) as caught:
        scene.scan(sarif_report([result], [{"id": "R1", **rule}]), "my-scanner")
    assert caught.value.why == f"HIGH R1{shown}"


@pytest.mark.parametrize("program", ["trivy", "grype", "my-scanner"])
@pytest.mark.parametrize(
    "nonsense",
    ["", "all good", "[]", "{}", "null", '{"runs": []}', '{"matches": [{}]}', '{"SchemaVersion": 9}'],
)
def test_a_report_that_cannot_be_read_is_a_failure(scene: Scene, program: str, nonsense: str) -> None:
    with pytest.raises(ToolError, match="printed a report that cannot be read"):
        scene.scan(nonsense, program)


def test_a_finding_without_a_severity_is_a_failure(scene: Scene) -> None:
    report = trivy_report("HIGH")
    del report["Results"][0]["Vulnerabilities"][0]["Severity"]

    with pytest.raises(ToolError, match="cannot be read"):
        scene.scan(report, "trivy", severity="CRITICAL")


def test_a_scanner_that_fails_is_a_failure_even_with_a_clean_report(scene: Scene) -> None:
    with pytest.raises(ToolError, match=r"scanner failed on cr\.example/team/shop") as caught:
        scene.scan(trivy_report(), "trivy", code=1, err="FATAL no vulnerability database\n")

    assert "no vulnerability database" in caught.value.why


def test_a_missing_scanner(scene: Scene) -> None:
    with pytest.raises(MissingToolError, match="'no-scanner'"):
        scene.scanner.scan(Scan(("no-scanner",)), IMAGE, scene.archive, scene.lines.append)


@pytest.mark.parametrize("scan", [Scan(()), Scan(("trivy",), "SEVERE")])
def test_a_wrong_configuration(scene: Scene, scan: Scan) -> None:
    with pytest.raises(UsageError):
        scene.scanner.scan(scan, IMAGE, scene.archive, scene.lines.append)


def test_what_the_scanner_says_on_the_way_is_logged(scene: Scene) -> None:
    scene.scan(sarif_report([]), "my-scanner", err="updating the database\n")

    assert "updating the database" in scene.lines


def test_the_scanners_are_called_with_the_flags_they_need(scene: Scene) -> None:
    scene.scan({"SchemaVersion": 2}, "trivy", "image", "--skip-db-update")
    scene.scan(grype_report(), "grype", "--add-cpes-if-none")
    scene.scan(sarif_report([]), "my-scanner", "--fast")

    trivy = ["image", "--quiet", "--format", "json", "--severity", "HIGH,CRITICAL", "--exit-code", "0"]
    archive = str(scene.folder / "image.tar")
    assert scene.arguments("trivy") == [*trivy, "--skip-db-update", "--input", archive]
    grype = [f"docker-archive:{archive}", "--quiet", "--output", "json", "--add-cpes-if-none"]
    assert scene.arguments("grype") == grype
    assert scene.arguments("my-scanner") == ["--fast", str(IMAGE)]


def test_accepted_findings_go_to_the_scanner_in_its_own_way(scene: Scene) -> None:
    recorded_program(scene.folder, "trivy", out='{"SchemaVersion": 2}')
    recorded_program(scene.folder, "grype", out='{"matches": []}')
    for program in ("trivy", "grype"):
        scan = Scan((program, "--more"), ignore_file=".helmforge/waivers.yaml")
        scene.scanner.scan(scan, IMAGE, scene.archive, scene.lines.append)
    assert "--ignorefile .helmforge/waivers.yaml --more" in " ".join(scene.arguments("trivy"))
    assert "--config .helmforge/waivers.yaml --more" in " ".join(scene.arguments("grype"))


def test_accepted_findings_for_another_scanner_are_refused_before_it_runs(scene: Scene) -> None:
    recorded_program(scene.folder, "my-scanner", out=json.dumps(sarif_report([])))
    with pytest.raises(UsageError, match=r"my-scanner takes no scan\.ignoreFile") as caught:
        scene.scanner.scan(Scan(("my-scanner",), ignore_file="x"), IMAGE, scene.archive, scene.lines.append)
    assert "scan.command" in caught.value.hint
    assert not (scene.folder / "my-scanner.arguments").exists()


def test_another_scanner_gets_what_it_asks_for_as_whole_arguments(scene: Scene) -> None:
    scene.scan(sarif_report([]), "my-scanner", "--file", "{archive}", "--name", "{image}", "--x={image}")

    archive = str(scene.folder / "image.tar")
    assert scene.arguments("my-scanner") == ["--file", archive, "--name", str(IMAGE), "--x={image}"]
    scene.exported = 0
    scene.scan(sarif_report([]), "my-scanner")
    assert scene.exported == 0
