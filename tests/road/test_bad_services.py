"""Branches that edit service.yaml: where a service runs, and whose change it is, is the trunk's to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused

if TYPE_CHECKING:
    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

FILE = "services/notification/service.yaml"


def test_a_release_branch_cannot_move_into_the_namespace_of_another_team(scene: Scene) -> None:
    branch = "release/notification/3.0.0"
    own = (scene.shop.repo.root / FILE).read_text(encoding="utf-8")
    scene.pushed(branch, {FILE: own.replace(scene.shop.place.context, "payments")})
    plan = scene.shop.good("pipeline", "plan", "--ref", branch).out
    assert f"deploy 3.0.0 to qa (namespace {scene.shop.place.qa})" in plan
    assert "payments" not in plan
    scene.shop.good("pipeline", "run", "--ref", branch)
    scene.shop.approve("3.0.0")
    dry = scene.shop.good("release", "promote", "notification", "3.0.0", "--env", "prod", "--dry-run").out
    assert f"(namespace {scene.shop.place.prod})" in dry


def test_a_service_that_only_a_branch_has_is_not_released(scene: Scene) -> None:
    branch = "release/invented/1.0.0"
    scene.pushed(branch, {"services/invented/service.yaml": "", "services/invented/Dockerfile": "FROM x\n"})
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch)
    assert_refused(ran, 2, "there is no service 'invented'")
