"""What scanners are asked, and what is read from their reports. What blocks is not the subject."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.oci import Digest, RegistryHost, Repository
from helmforge.domain.settings import Scan
from helmforge.errors import MissingToolError, ToolError, UsageError
from tests.adapters.scanners import CLEAN, IMAGE, RECORDED, Scene, grype_report, sarif_report, trivy_report

if TYPE_CHECKING:
    from pathlib import Path

FAILED_RUN: dict[str, Any] = {
    "tool": {"driver": {"name": "x"}},
    "results": [],
    "invocations": [{"executionSuccessful": False}],
}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_nothing_found(scene: Scene) -> None:
    assert scene.scan(CLEAN, "trivy") == ()
    assert scene.scan(grype_report(), "grype") == ()
    assert scene.scan(sarif_report([]), "my-scanner") == ()


def test_vulnerabilities_of_trivy(scene: Scene) -> None:
    first, second = scene.scan(trivy_report("HIGH", "UNKNOWN"), "trivy")
    assert str(first) == "HIGH CVE-2026-0001 openssl 3.0.1 (fixed in 3.0.9)"
    assert str(second) == "UNKNOWN CVE-2026-0002 openssl 3.0.1 (no fix)"
    assert first.package == "openssl"


def test_vulnerabilities_of_grype(scene: Scene) -> None:
    (finding,) = scene.scan(grype_report("Critical"), "grype")
    assert str(finding) == "CRITICAL GHSA-1 left-pad 1.0 (fixed in 2.0, 2.1)"
    assert finding.aliases == ("CVE-2026-1",)


def test_secrets_as_trivy_reported_them(scene: Scene) -> None:
    """Recorded from trivy 0.76.0: an image with two tokens in a file. No part of a secret is kept."""
    found = scene.scan((RECORDED / "trivy-secrets.json").read_text(encoding="utf-8"), "trivy")
    assert [str(one) for one in found] == [
        "CRITICAL aws-access-key-id /app/.env: secret: AWS Access Key ID",
        "CRITICAL github-pat /app/.env: secret: GitHub Personal Access Token",
    ]


def test_secrets_in_the_image_count_and_are_not_shown(scene: Scene) -> None:
    secret = {
        "RuleID": "aws-access-key",
        "Title": "AWS Access Key ID",
        "Severity": "CRITICAL",
        "Match": "AKIAsecret",
    }
    (found,) = scene.scan({**CLEAN, "Results": [{"Target": "/app/.env", "Secrets": [secret]}]}, "trivy")
    assert str(found) == "CRITICAL aws-access-key /app/.env: secret: AWS Access Key ID"
    assert "AKIA" not in repr(found)


def test_misconfigurations_of_the_image_count(scene: Scene) -> None:
    failed = {"ID": "DS-0002", "Title": "runs as root", "Severity": "HIGH", "Status": "FAIL"}
    result = {"Target": "Dockerfile", "Misconfigurations": [failed, {**failed, "Status": "PASS"}]}
    (found,) = scene.scan({**CLEAN, "Results": [result]}, "trivy")
    assert str(found) == "HIGH DS-0002 Dockerfile: runs as root"


@pytest.mark.parametrize("program", ["trivy", "grype", "my-scanner"])
@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "all good",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"runs": []}',
        '{"runs": [{"tool": {"driver": {"name": "x"}}}]}',
        json.dumps({"runs": [FAILED_RUN]}),
        '{"matches": [{}]}',
        '{"matches": []}',
        '{"SchemaVersion": 9, "ArtifactName": "x"}',
        '{"SchemaVersion": 2}',
    ],
    ids=range(13),
)
def test_a_report_that_cannot_be_read_is_a_failure(scene: Scene, program: str, nonsense: str) -> None:
    with pytest.raises(ToolError, match="printed a report that cannot be read"):
        scene.scan(nonsense, program)


@pytest.mark.parametrize("severity", [None, 3, ["HIGH"]])
def test_a_finding_without_a_usable_severity_is_a_failure(scene: Scene, severity: object) -> None:
    report = trivy_report("HIGH")
    report["Results"][0]["Vulnerabilities"][0]["Severity"] = severity
    with pytest.raises(ToolError, match="cannot be read"):
        scene.scan(report, "trivy")


def test_a_scanner_that_fails_is_a_failure_even_with_a_clean_report(scene: Scene) -> None:
    with pytest.raises(ToolError, match=r"scanner failed on cr\.example/team/shop") as caught:
        scene.scan(CLEAN, "trivy", code=1, err="FATAL no vulnerability database\n")
    assert "no vulnerability database" in caught.value.why


def test_a_scanner_that_takes_too_long_is_a_failure(scene: Scene) -> None:
    scene.record(CLEAN, "trivy", cases="exec sleep 60")
    with pytest.raises(ToolError, match=r"trivy did not finish within 0\.2 s"):
        scene.ask(Scan(("trivy",), timeout=timedelta(seconds=0.2)))


def test_a_scanner_that_is_killed_is_a_failure(scene: Scene) -> None:
    with pytest.raises(ToolError) as caught:
        scene.scan(CLEAN, "trivy", cases="kill -9 $$")
    assert "ended by SIGKILL" in caught.value.why


def test_a_missing_scanner(scene: Scene) -> None:
    with pytest.raises(MissingToolError, match="'no-scanner'"):
        scene.ask(Scan(("no-scanner",)))


def test_what_the_scanner_says_on_the_way_is_logged(scene: Scene) -> None:
    scene.scan(sarif_report([]), "my-scanner", err="updating the database\n")
    assert "updating the database" in scene.lines


def test_the_scanners_are_called_with_the_flags_they_need(scene: Scene) -> None:
    scene.scan(CLEAN, "trivy", "image", "--skip-db-update")
    scene.scan(grype_report(), "grype", "--add-cpes-if-none")
    scene.scan(sarif_report([]), "my-scanner", "--fast")

    trivy = ["image", "--quiet", "--format", "json", "--exit-code", "0"]
    archive = str(scene.folder / "image.tar")
    assert scene.arguments("trivy") == [*trivy, "--skip-db-update", "--input", archive]
    grype = [f"docker-archive:{archive}", "--quiet", "--output", "json", "--add-cpes-if-none"]
    assert scene.arguments("grype") == grype
    assert scene.arguments("my-scanner") == ["--fast", str(IMAGE)]


def test_another_scanner_gets_what_it_asks_for_as_whole_arguments(scene: Scene) -> None:
    scene.scan(sarif_report([]), "my-scanner", "--file", "{archive}", "--name", "{image}", "--x={image}")

    archive = str(scene.folder / "image.tar")
    assert scene.arguments("my-scanner") == ["--file", archive, "--name", str(IMAGE), "--x={image}"]
    scene.exported = 0
    scene.scan(sarif_report([]), "my-scanner")
    assert scene.exported == 0


def test_what_production_runs_is_read_from_the_registry(scene: Scene) -> None:
    """By digest; a registry on loopback is spoken to without TLS, as everywhere."""
    image = Repository(RegistryHost("127.0.0.1:5000"), "shop").at(Digest("sha256:" + "a" * 64))
    environment = 'echo "$TRIVY_NON_SSL $GRYPE_REGISTRY_INSECURE_USE_HTTP" >&2'
    scene.record(CLEAN, "trivy", cases=environment)
    scene.record(grype_report(), "grype", cases=environment)
    scene.record(sarif_report([]), "my-scanner")
    for command in (("trivy", "--fast"), ("grype", "--fast"), ("my-scanner",)):
        scene.scanner.scan_published(Scan(command), image, scene.folder, scene.lines.append)

    trivy = ["image", "--quiet", "--format", "json", "--exit-code", "0", "--fast"]
    assert scene.arguments("trivy") == [*trivy, "--image-src", "remote", str(image)]
    assert scene.arguments("grype")[0] == f"registry:{image}"
    assert scene.arguments("my-scanner") == [str(image)]
    assert [line.strip() for line in scene.lines] == ["true", "true"]
    with pytest.raises(UsageError, match="there is no archive"):
        scene.scanner.scan_published(
            Scan(("my-scanner", "{archive}")), image, scene.folder, scene.lines.append
        )
