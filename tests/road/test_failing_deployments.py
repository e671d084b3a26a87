"""What failed deployments leave behind: what runs and what ran stays known, and the failure is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from helmforge.sandbox.emulator.client import set_fault
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from tests.road.scene import Scene
    from tests.support.commands import Ran

pytestmark = pytest.mark.integration

HASTE = ("timeout: 60s", "timeout: 3s")


def run(scene: Scene, service: str, version: str, helm: str, *, times: int = 1) -> list[Ran]:
    branch = f"release/{service}/{version}"
    scene.pushed(branch, {f"services/{service}/index.html": f"{version}\n"})
    return [scene.shop.run("pipeline", "run", "--ref", branch, HELMFORGE_HELM=helm) for _ in range(times)]


def in_qa(scene: Scene, service: str) -> dict[str, Any]:
    document = scene.shop.good("release", "status", service, "-o", "json").document
    (row,) = (row for row in document["services"] if row["environment"] == "qa")
    return dict(row)


@pytest.mark.parametrize(("service", "tool"), [("notification", "helm4"), ("orders", "helm3")])
def test_ten_failures_in_a_row_cost_no_record_of_what_ran(scene: Scene, service: str, tool: str) -> None:
    helm = str(require_tool(tool))
    for version in ("1.0.0", "1.1.0"):
        (ran,) = run(scene, service, version, helm)
        assert ran.code == 0, ran.err
    with scene.trunk_says(*HASTE):
        set_fault(scene.server, namespace=scene.shop.place.qa, name=service, fault="image-pull")
        try:
            failed = run(scene, service, "1.2.0", helm, times=10)
        finally:
            set_fault(scene.server, namespace=scene.shop.place.qa, name=service, fault=None)
    assert [ran.code for ran in failed] == [1] * 10
    assert all("rolled back to revision 2" in ran.err for ran in failed), failed[-1].err
    row = in_qa(scene, service)
    assert (row["version"], row["state"], row["problem"]) == ("1.1.0", "deployed", "")
    back = scene.shop.good("release", "rollback", service, "--env", "qa", HELMFORGE_HELM=helm)
    assert "1.0.0" in back.out + back.err
    assert in_qa(scene, service)["version"] == "1.0.0"
