"""A shop whose scanner repeats recorded reports; the real one is in tests/adapters."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from tests.adapters.recorded import recorded_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.commands import Ran

WAIVERS = ".helmforge/waivers.yaml"
HOLDS = "{id: CVE-2026-1, reason: not reachable, owner: team-shop, expires: 2999-01-01}"
EXPIRED = "{id: CVE-2026-1, reason: not reachable, owner: team-shop, expires: 2026-01-01}"
UNUSED = "{id: CVE-2026-7, reason: gone, owner: team-shop, expires: 2999-01-01}"
OUT_OF_USE = "unused waiver: CVE-2026-7 (team-shop, until 2999-01-01): gone"
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

    def run(self, *arguments: str, email: str = "", **environment: str) -> Ran:
        shop = self.scene.shop
        path = f"{self.folder}:{shop.environment()['PATH']}"
        return shop.run(*arguments, email=email, at=None, **{"PATH": path, **environment})


def scan_of(ran: Ran) -> tuple[str, str]:
    """Status of the scan, and every line that it said."""
    events = [json.loads(line) for line in ran.out.splitlines()]
    lines = [str(event) for event in events if "scan" in str(event.get("id", event.get("step", "")))]
    return ran.statuses["scan"], "\n".join(lines)
