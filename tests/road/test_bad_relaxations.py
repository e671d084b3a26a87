"""Branches that edit helmforge.yaml to relax the rules that judge them: the trunk's rules hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused
from tests.support.shop import APPROVER, DEVELOPER

if TYPE_CHECKING:
    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

FILE = "helmforge.yaml"
APPROVALS = (
    f"    approvals: {{required: 1, from: [{APPROVER}, {DEVELOPER}], notAuthor: true, expires: 14d}}\n"
)


def relaxed(scene: Scene, *changes: tuple[str, str]) -> dict[str, str]:
    """The shop's helmforge.yaml with each text replaced by the other."""
    text = (scene.shop.repo.root / FILE).read_text(encoding="utf-8")
    if any("on-approval" in old for old, _ in changes):
        changes = (*changes, ("    imageNamespace: prod\n", ""))  # which only on-approval may have
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {FILE: text}


def planned(scene: Scene, *arguments: str) -> list[str]:
    document = scene.shop.good("pipeline", "plan", "-o", "json", *arguments).document
    return [step["id"] for step in document["steps"]]


def test_a_release_branch_cannot_open_production(scene: Scene) -> None:
    branch = "release/notification/1.0.0"
    scene.pushed(branch, relaxed(scene, ("deploy: on-approval", "deploy: on-release"), (APPROVALS, "")))
    steps = planned(scene, "--ref", branch)
    assert "notification/deploy-qa" in steps
    assert not any("prod" in step for step in steps)
    scene.shop.good("pipeline", "run", "--ref", branch)
    assert not any(name.startswith("prod ") for name in scene.state())
    with scene.unchanged():
        ran = scene.shop.run("release", "promote", "notification", "1.0.0", "--env", "prod")
    assert_refused(ran, 3, "not approved for prod", "0 of 1 approvals")
    with scene.unchanged():
        ran = scene.shop.run(
            "release", "approve", "notification", "1.0.0", "--env", "prod", email="eve@x.org"
        )
    assert_refused(ran, 3, "eve@x.org is not among the approvers")


def test_a_release_branch_cannot_choose_its_registry_or_cluster(scene: Scene) -> None:
    elsewhere = (f"registry: {scene.shop.registry}", "registry: elsewhere.example.com")
    branch = "release/notification/2.0.0"
    scene.pushed(branch, relaxed(scene, elsewhere, ("context: dev", "context: prod")))
    plan = scene.shop.good("pipeline", "plan", "--ref", branch).out
    assert f"push {scene.shop.registry}/notification:2.0.0" in plan
    assert "elsewhere" not in plan
    ran = scene.shop.good("pipeline", "run", "--ref", branch, "-o", "json")
    assert '"context": "dev"' in ran.out


def test_fewer_approvals_than_none_are_no_valid_configuration(scene: Scene) -> None:
    branch = "release/notification/5.0.0"
    scene.pushed(branch, relaxed(scene, ("required: 1", "required: -1")))
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch)
    assert_refused(ran, 2, "environments.prod.approvals.required", "expected a number from 0 to 99")


def test_a_feature_branch_cannot_call_itself_a_release(scene: Scene) -> None:
    services = 'services: ["services/*"]\n'
    theirs = services + 'branches: {release: "feature/{service}/{version}"}\n'
    branch = "feature/notification/3.0.0"
    scene.pushed(branch, relaxed(scene, (services, theirs)))
    assert "notification/claim" not in planned(scene, "--ref", branch)
    with scene.unchanged():
        scene.shop.good("pipeline", "run", "--ref", branch)


def test_a_feature_branch_cannot_call_itself_the_trunk(scene: Scene) -> None:
    trunk = (f"registry: {scene.shop.registry}", f"registry: {scene.shop.registry}\ntrunk: feature/mine")
    deploy = ("deploy: on-approval", "deploy: on-trunk")
    scene.pushed("feature/mine", relaxed(scene, trunk, deploy, (APPROVALS, "")))
    assert not any("deploy" in step for step in planned(scene, "--ref", "feature/mine"))
    with scene.unchanged():
        scene.shop.good("pipeline", "run", "--ref", "feature/mine")


def test_a_broken_helmforge_yaml_on_the_trunk_is_named_as_the_trunks(scene: Scene) -> None:
    scene.pushed("release/notification/4.0.0")
    with scene.trunk_says("environments:", "enviroments:"):
        scene.shop.repo.git("checkout", "--quiet", "--detach", "origin/release/notification/4.0.0")
        with scene.unchanged():
            ran = scene.shop.run("pipeline", "run", "--ref", "release/notification/4.0.0")
    assert_refused(ran, 2, "main:helmforge.yaml", "enviroments", "did you mean")
