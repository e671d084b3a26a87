"""The scan gate in whole pipelines: waivers of the trunk, production's findings, reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.adapters.recorded import arguments_of, recorded_program
from tests.road.scan_gate import (
    DELTA,
    EXPIRED,
    GATE,
    HOLDS,
    OUT_OF_USE,
    UNUSED,
    WAIVERS,
    Gate,
    report,
    scan_of,
    waivers,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration


@pytest.fixture
def gate(scene: Scene, tmp_path: Path) -> Gate:
    return Gate(scene, tmp_path / "scanner")


def test_a_release_branch_cannot_accept_its_own_findings(gate: Gate) -> None:
    gate.finds("CVE-2026-1")
    with gate.on_trunk(GATE, {WAIVERS: waivers(), ".trivyignore": "of the trunk\n"}):
        ran = gate.release(
            "3.0.0", {WAIVERS: waivers(HOLDS), ".trivyignore": "CVE-2026-1\n", "trivy.yaml": ""}
        )
    status, said = scan_of(ran)
    assert (ran.code, status) == (1, "failed"), ran.out + ran.err
    assert "HIGH CVE-2026-1 <b>ssl 1 (no fix)" in said
    assert "main:.helmforge/waivers.yaml" in said
    assert ran.statuses["claim"] == "not done"
    # The scanner stood where only the trunk's file was
    assert (gate.folder / "seen").read_text(encoding="utf-8") == ".trivyignore\n"
    assert (gate.folder / "ignored").read_text(encoding="utf-8") == "of the trunk\n"


def test_waivers_of_the_trunk_hold_and_unused_ones_are_named(gate: Gate) -> None:
    gate.finds("CVE-2026-1")
    with gate.on_trunk(GATE, {WAIVERS: waivers(HOLDS, UNUSED), ".trivyignore": ""}):
        ran = gate.release("3.1.0", {WAIVERS: waivers()})
    status, said = scan_of(ran)
    assert status == "done", ran.out + ran.err
    assert "waived: HIGH CVE-2026-1" in said
    notes = [one for one in json.loads(ran.out.splitlines()[-1])["notes"] if "SBOM" not in one]
    assert notes == [f"{OUT_OF_USE}; no finding in notification needs it"]


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({WAIVERS: waivers(EXPIRED)}, "the waiver of team-shop expired after 2026-01-01"),
        ({WAIVERS: "waivers: [{id: CVE-2026-1}]\n"}, "main:.helmforge/waivers.yaml:1 waivers[0]"),
        ({WAIVERS: waivers(HOLDS.replace("reason", "services: [orders], reason"))}, "HIGH CVE-2026-1"),
    ],
)
def test_waivers_that_do_not_hold(gate: Gate, files: dict[str, str], part: str) -> None:
    gate.finds("CVE-2026-1")
    with gate.on_trunk(GATE, files):
        status, said = scan_of(gate.release("3.2.0"))
    assert status == "failed"
    assert part in said


def test_a_missing_file_of_waivers_is_an_error(gate: Gate) -> None:
    with gate.on_trunk(GATE.replace("waivers.yaml", "others.yaml"), {}):
        status, said = scan_of(gate.release("3.3.0"))
    assert status == "failed"
    assert "main:.helmforge/others.yaml does not exist" in said


def test_delta_blocks_what_production_does_not_have(gate: Gate) -> None:
    """Without anything in production everything blocks."""
    gate.finds("CVE-2026-1")
    with gate.on_trunk(DELTA, {}):
        status, said = scan_of(gate.release("4.0.0"))
        assert status == "failed"
        assert "prod runs no image of notification: every finding counts" in said

        gate.finds()
        assert gate.release("4.0.0").code == 0
        for command in ("approve", "promote"):
            ran = gate.run(
                "release", command, "notification", "4.0.0", "--env", "prod", email="ada@example.com"
            )
            assert ran.code == 0, ran.out + ran.err

        gate.finds("CVE-2026-1", "CVE-2026-2", production=("CVE-2026-1",))
        status, said = scan_of(gate.release("4.1.0"))
        assert status == "failed"
        assert "found 1 at or above HIGH that production does not have" in said
        assert "HIGH CVE-2026-2 <b>ssl 1" in said
        digest = gate.scene.shop.digest("prod/notification", "4.0.0")
        assert f"{gate.scene.shop.registry}/prod/notification@{digest}" in arguments_of(gate.scanner)

        gate.finds("CVE-2026-1", production=("CVE-2026-1",))
        status, said = scan_of(gate.release("4.1.0"))
        assert status == "done"
        assert "in production already: HIGH CVE-2026-1" in said

        recorded_program(
            gate.folder, "trivy", out=report("CVE-2026-1"), cases='case "$*" in *--image-src*) exit 3;; esac'
        )
        status, said = scan_of(gate.release("4.2.0"))
        assert status == "failed"
        assert "what prod has cannot be told, so every finding counts" in said


def test_reports_are_written_whether_it_blocks_or_not(gate: Gate, tmp_path: Path) -> None:
    gate.finds("CVE-2026-1", "CVE-2026-2")
    folder = tmp_path / "reports"
    with gate.on_trunk(GATE, {WAIVERS: waivers(HOLDS, UNUSED)}):
        ran = gate.release("5.0.0", None, "--report", str(folder))
    assert scan_of(ran)[0] == "failed"
    assert {file.name for file in folder.iterdir()} == {
        f"notification.{ending}" for ending in ("txt", "json", "sarif", "html")
    }
    text = (folder / "notification.txt").read_text(encoding="utf-8")
    assert "blocked: 1 at or above HIGH" in text
    assert "CVE-2026-7" not in text

    document: Any = json.loads((folder / "notification.json").read_text(encoding="utf-8"))
    assert document["blocked"] is True
    assert [(one["id"], one["standing"]) for one in document["findings"]] == [
        ("CVE-2026-1", "waived"),
        ("CVE-2026-2", "blocks"),
    ]
    (run,) = json.loads((folder / "notification.sarif").read_text(encoding="utf-8"))["runs"]
    waived, blocking = run["results"]
    assert waived["suppressions"][0]["justification"].startswith("CVE-2026-1 (team-shop")
    assert "suppressions" not in blocking
    place = blocking["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "services/notification/Dockerfile"
    page = (folder / "notification.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_no_old_report_stays_when_the_scanner_fails(gate: Gate, tmp_path: Path) -> None:
    old = tmp_path / "reports" / "notification.txt"
    old.parent.mkdir()
    old.write_text("passed", encoding="utf-8")
    recorded_program(gate.folder, "trivy", out=report(), code=1)
    with gate.on_trunk(DELTA, {}):
        ran = gate.release("5.1.0", None, "--report", str(old.parent))
    assert ran.statuses["scan"] == "failed"
    assert not old.exists()
