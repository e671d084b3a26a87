"""The whole road in Jenkins: the steps of the generated Jenkinsfile bring a version to production."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.jenkins import Scenario, checking_out, run_builds
from tests.support.shop import APPROVER, Place
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from tests.support.shop import Shop

pytestmark = pytest.mark.integration

BRANCH = "release/notification/v1.0.0"


@pytest.fixture
def place(emulated: Path) -> Place:
    """Once: the road itself is walked everywhere in test_road."""
    return Place(emulated, require_tool("helm4"), f"t{secrets.token_hex(4)}")


def build_of_the_release(shop: Shop, agent: Path, *, approval: bool) -> Scenario:
    helmforge = Path(sys.executable).with_name("helmforge")
    env = shop.environment() | {"BRANCH_NAME": BRANCH}
    env["PATH"] = path_with(shop.place.helm, require_tool("kubectl"), helmforge)
    approve = ("release", "approve", "notification", "v1.0.0", "--env", "prod")
    person = ("env", "-C", str(shop.repo.root), f"GIT_COMMITTER_EMAIL={APPROVER}")
    return Scenario(
        str(shop.repo.root / "Jenkinsfile"),
        env,
        agent=str(agent),
        checkout=checking_out(shop.repo.remote, BRANCH, shop.repo.head()),
        git={"GIT_COMMIT": shop.repo.head()},
        inputs=["ada"],
        waiting=[*person, str(helmforge), *approve] if approval else [],
    )


def test_a_release_goes_to_qa_and_once_it_is_approved_to_production(shop: Shop, tmp_path: Path) -> None:
    settings = (shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    shop.change("helmforge.yaml", f"{settings}ci: {{image: ci/helmforge:1}}\n")
    shop.good("pipeline", "generate", "jenkins")
    shop.repo.commit("say how Jenkins builds this")
    shop.repo.push("main")
    shop.cut("v1.0.0")
    agent = tmp_path / "agent"

    (refused, promoted), _ = run_builds(
        tmp_path, [build_of_the_release(shop, agent, approval=approval) for approval in (False, True)]
    )

    codes = [(event.stages[-1], event.facts["code"]) for event in refused.of("sh")]
    released = [("plan", 0)] * 2 + [("notification", 0)] * 2
    assert codes == [*released, ("promote to prod", 3)], refused.of("sh")
    (brief,) = refused.of("archiveArtifacts")
    assert "notification v1.0.0 for prod" in brief.facts["archived"]
    assert "not approved" in refused.of("sh")[-1].facts["err"]
    assert promoted.failure == "", promoted.of("sh")
    assert [event.facts["found"] for event in promoted.of("junit")] == [["notification.xml"]]
    digest = shop.digest("notification", "v1.0.0")
    assert digest == shop.digest("prod/notification", "v1.0.0") != ""
    (release,) = shop.helm("list", "-n", shop.place.prod, "--kube-context", "prod")
    assert (release["chart"], release["status"]) == ("notification-1.0.0", "deployed")
