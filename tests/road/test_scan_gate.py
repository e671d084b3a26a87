"""The scan gate in whole pipelines: waivers of the trunk, production's findings, reports.

The scanner is a stand-in that repeats recorded reports; the real one is in tests/adapters.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.shop import Ran

pytestmark = pytest.mark.integration

WAIVERS = ".helmforge/waivers.yaml"
HOLDS = "{id: CVE-2026-1, reason: not reachable, owner: team-shop, expires: 2999-01-01}"
EXPIRED = "{id: CVE-2026-1, reason: not reachable, owner: team-shop, expires: 2026-01-01}"
UNUSED = "{id: CVE-2026-7, reason: gone, owner: team-shop, expires: 2999-01-01}"
GATE = "scan: {command: [trivy, --ignorefile, .trivyignore], ignoreFile: .helmforge/waivers.yaml}\n"
DELTA = "scan: {command: trivy, delta: true}\n"


def waivers(*entries: str) -> str:
    return "waivers:\n" + "".join(f"- {entry}\n" for entry in entries) if entries else "waivers: []\n"


def report(*identifiers: str, severity: str = "HIGH") -> str:
    found = [
        {
            "VulnerabilityID": name,
            "PkgName": "<b>ssl",
            "InstalledVersion": "1",
            "Severity": severity,
            "Title": "a <script>flaw</script>",
        }
        for name in identifiers
    ]
    results = [{"Target": "image", "Vulnerabilities": found}]
    return json.dumps({"SchemaVersion": 2, "ArtifactName": "image.tar", "Results": results})


class Gate:
    """The shop with a scanner that answers what it is told to."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.folder = scene, folder
        self.scanner = folder / "trivy"
        self.finds()

    def finds(self, *identifiers: str, production: tuple[str, ...] = ()) -> None:
        known = self.folder / "known.json"
        self.folder.mkdir(exist_ok=True)
        known.write_text(report(*production), encoding="utf-8")
        case = f"case \"$*\" in *--image-src*) cat '{known}'; exit 0;; esac"
        look = f"ls -A . > '{self.folder}/seen'; cat .trivyignore > '{self.folder}/ignored' 2>/dev/null"
        recorded_program(self.folder, "trivy", out=report(*identifiers), cases=f"{look}\n{case}")

    @contextlib.contextmanager
    def on_trunk(self, settings: str, files: dict[str, str]) -> Iterator[None]:
        """The trunk with this configuration and these files, as long as it lasts."""
        repo = self.scene.shop.repo
        repo.checkout("main")
        repo.write({"README.md": f"{settings}\n"} | files)
        repo.commit("rules of the scan")
        repo.push("main")
        with self.scene.trunk_says("services:", f"{settings}services:"):
            yield

    def release(self, version: str, files: dict[str, str] | None = None, *options: str) -> Ran:
        branch = f"release/notification/{version}"
        self.scene.pushed(branch, files)
        return self.run("pipeline", "run", "--ref", branch, "-o", "json", *options)

    def run(self, *arguments: str, email: str = "") -> Ran:
        shop = self.scene.shop
        path = f"{self.folder}:{shop.environment()['PATH']}"
        return shop.run(*arguments, email=email, PATH=path)


@pytest.fixture
def gate(scene: Scene, tmp_path: Path) -> Gate:
    return Gate(scene, tmp_path / "scanner")


def scan_of(ran: Ran) -> tuple[str, str]:
    """Status of the scan, and every line that it said."""
    events = [json.loads(line) for line in ran.out.splitlines()]
    lines = [str(event) for event in events if "scan" in str(event.get("id", event.get("step", "")))]
    return ran.statuses["scan"], "\n".join(lines)


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
    assert "unused waiver: CVE-2026-7 (team-shop, until 2999-01-01): gone" in said


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
    assert "Unused waivers:\nCVE-2026-7" in text

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
