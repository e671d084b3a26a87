"""The scan gate over several images, and for strangers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.adapters.recorded import arguments_of, recorded_program
from tests.road.scan_gate import (
    DELTA,
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


def test_a_waiver_that_one_of_several_images_needs_is_used(gate: Gate) -> None:
    pull_request = ("pipeline", "run", "--event", "pull_request", "--ref", "feature/x")
    services = ("--service", "notification", "--service", "orders")
    with gate.on_trunk(GATE, {WAIVERS: waivers(HOLDS, UNUSED)}):
        found = gate.folder / "of-orders.json"
        found.write_text(report("CVE-2026-1"), encoding="utf-8")
        case = f"case \"$*\" in *orders-image.tar*) cat '{found}'; exit 0;; esac"
        recorded_program(gate.folder, "trivy", out=report(), cases=case)
        ran = gate.run(*pull_request, *services)
        assert ran.code == 0, ran.out + ran.err
        assert [line for line in ran.err.splitlines() if "unused waiver" in line] == [
            f"note: {OUT_OF_USE}; no finding in notification, orders needs it"
        ]
        # What the scan of the other image would have said nobody knows
        recorded_program(gate.folder, "trivy", out=report(), cases='case "$*" in *orders-*) exit 3;; esac')
        assert "unused waiver" not in gate.run(*pull_request, *services).err


def test_a_pull_request_from_a_fork_does_not_ask_production(gate: Gate, tmp_path: Path) -> None:
    gate.finds("CVE-2026-1", production=("CVE-2026-1",))
    repo = gate.scene.shop.repo
    with gate.on_trunk(DELTA, {}):
        event = tmp_path / "event.json"
        head, base = ({"repo": {"full_name": f"{owner}/shop"}} for owner in ("eve", "ada"))
        event.write_text(json.dumps({"pull_request": {"head": head, "base": base}}), encoding="utf-8")
        fork = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_SHA": repo.head(),
            "GITHUB_HEAD_REF": "release/notification/9.0.0",
            "GITHUB_BASE_REF": "main",
            "GITHUB_EVENT_PATH": str(event),
        }
        command = ("pipeline", "run", "--service", "notification", "-o", "json")
        before = gate.scene.shop.repo.remote_refs()
        ran = gate.run(*command, **fork)
        assert gate.scene.shop.repo.remote_refs() == before
    status, said = scan_of(ran)
    assert status == "failed"
    assert "a pull request from a fork has no access to production: every finding counts" in said
    assert "--image-src" not in arguments_of(gate.scanner)
    assert not {"claim", "push-image", "push-chart", "deploy-qa"} & ran.statuses.keys()
