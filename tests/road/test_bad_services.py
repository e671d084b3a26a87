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
    assert_refused(
        ran, 2, "there is no service 'invented'", "services/invented/service.yaml is not on origin/main"
    )


def test_values_of_an_environment_cannot_exchange_the_image(scene: Scene) -> None:
    values = "services/notification/chart/values-qa.yaml"
    other = "sha256:" + "e" * 64
    branch = "release/notification/4.0.0"
    scene.pushed(branch, {values: f"image:\n  tag: other\n  digest: {other}\n"})
    scene.shop.good("pipeline", "run", "--ref", branch)
    deployed = scene.shop.kubectl(
        *("get", "deployment", "notification", f"--namespace={scene.shop.place.qa}", "--context=dev"),
        "--output=jsonpath={.spec.template.spec.containers[0].image}",
    )
    digest = scene.shop.digest("notification", "4.0.0")
    assert deployed == f"{scene.shop.registry}/notification:4.0.0@{digest}"


def test_the_pipeline_of_an_old_release_does_not_take_back_the_new_one(scene: Scene) -> None:
    branches = [f"release/notification/5.{minor}.0" for minor in (0, 1)]
    for branch in branches:
        scene.pushed(branch, {"services/notification/index.html": f"{branch}\n"})
        scene.shop.good("pipeline", "run", "--ref", branch)
    scene.shop.repo.git("checkout", "--quiet", "--detach", f"origin/{branches[0]}")
    again = scene.shop.good("pipeline", "run", "--ref", branches[0], "-o", "json")
    assert again.statuses["deploy-qa"] == "skipped"
    (row, _) = scene.shop.good("release", "status", "notification", "-o", "json").document["services"]
    assert row["version"] == "5.1.0"


def test_a_branch_cannot_lead_to_a_remote_of_its_own(scene: Scene) -> None:
    settings = (scene.shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    scene.pushed("feature/evil", {"helmforge.yaml": f"remote: evil\n{settings}"})
    with scene.unchanged():
        ran = scene.shop.run("release", "promote", "notification", "1.0.0", "--env", "prod")
    assert_refused(ran, 2, "there is no Git remote 'evil'")
    scene.shop.repo.git("remote", "add", "evil", str(scene.shop.repo.remote))
    try:
        ran = scene.shop.run("release", "promote", "notification", "1.0.0", "--env", "prod")
        assert_refused(ran, 2, "a branch must not choose which remote decides")
    finally:
        scene.shop.repo.git("remote", "remove", "evil")


def test_a_release_without_a_chart_claims_nothing(scene: Scene) -> None:
    branch = "release/notification/6.0.0"
    scene.pushed(
        branch,
        {"services/notification/service.yaml": f"context: {scene.shop.place.context}\nchart: nowhere\n"},
    )
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch)
    assert_refused(ran, 2, "has no chart in commit")
