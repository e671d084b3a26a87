"""The generated workflow, run for real from the feature branch to production."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.github.acting import WORKFLOW, act, by_hand, merge_group, pull_request, push

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.github.acting import Acted
    from tests.support.shop import Shop

    Acting = Callable[[Mapping[str, object]], Acted]

pytestmark = pytest.mark.integration


@pytest.fixture
def acting(shop: Shop, tmp_path: Path) -> Acting:
    """Runs the workflow for an event, on what is checked out in the shop."""

    def run(event: Mapping[str, object]) -> Acted:
        return act(shop.repo.root, event, shop.environment(), tmp_path / "act")

    return run


def _branch(shop: Shop, name: str, path: str, text: str) -> str:
    shop.repo.git("checkout", "--quiet", "-B", name, "origin/main")
    shop.repo.write({path: text})
    commit = shop.repo.commit(name)
    shop.repo.push(name)
    return commit


def _published(shop: Shop) -> dict[str, str]:
    return {
        ref: oid for ref, oid in shop.repo.remote_refs().items() if not ref.startswith("refs/heads/feature")
    }


def test_a_feature_push_tests_the_affected_service_and_publishes_nothing(
    shop: Shop, acting: Acting, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    hostile = f"feature/`touch${{IFS}}{canary}`$(touch${{IFS}}{canary})"
    _branch(shop, hostile, "services/orders/index.html", "more orders\n")
    before = _published(shop)
    ran = acting(push(hostile))
    assert ran.order == ["plan", "check (orders)", "helmforge"], ran.everything
    assert set(ran.jobs.values()) == {"success"}, ran.everything
    assert "render" in ran.log["check (orders)"]
    assert "build" not in ran.log["check (orders)"]
    assert _published(shop) == before
    assert not canary.exists()


def test_nothing_affected_is_a_success_that_is_reported(shop: Shop, acting: Acting) -> None:
    _branch(shop, "feature/readme", "README.md", "Read this.\n")
    ran = acting(push("feature/readme"))
    assert ran.jobs == {"plan": "success", "helmforge": "success"}, ran.everything


def test_a_pull_request_builds_the_image_and_publishes_nothing(shop: Shop, acting: Acting) -> None:
    head = _branch(shop, "feature/image", "services/orders/index.html", "a new page\n")
    before = _published(shop)
    ran = acting(pull_request("feature/image", head))
    assert ran.order == ["plan", "check (orders)", "helmforge"], ran.everything
    assert set(ran.jobs.values()) == {"success"}, ran.everything
    assert "build" in ran.log["check (orders)"]
    assert _published(shop) == before
    assert shop.digest("orders", head) == ""


def test_a_merge_queue_gets_the_check_that_it_waits_for(shop: Shop, acting: Acting) -> None:
    head = _branch(shop, "feature/queued", "services/orders/index.html", "a page in a queue\n")
    before = _published(shop)
    ran = acting(merge_group(head))
    assert ran.order == ["plan", "check (orders)", "helmforge"], ran.everything
    assert set(ran.jobs.values()) == {"success"}, ran.everything
    assert "build" in ran.log["check (orders)"]
    assert f"{WORKFLOW}: current" in ran.log["plan"]
    assert _published(shop) == before


def test_a_failed_test_fails_the_check_that_branches_are_protected_with(shop: Shop, acting: Acting) -> None:
    _branch(shop, "feature/broken", "services/orders/index.html", "")
    ran = acting(push("feature/broken"))
    assert ran.jobs == {"plan": "success", "check (orders)": "failure", "helmforge": "failure"}, (
        ran.everything
    )
    assert ran.failures == {"check (orders)": 1, "helmforge": 1}


def test_a_misspelt_release_is_told_of(shop: Shop, acting: Acting) -> None:
    _branch(shop, "release/notification/one", "README.md", "One.\n")
    ran = acting(push("release/notification/one"))
    assert ran.jobs == {"plan": "failure", "helmforge": "failure"}, ran.everything
    assert ran.failures == {"plan": 2, "helmforge": 1}
    assert "error: 'release/notification/one' is not a release branch" in ran.log["plan"]
    shop.repo.git("push", "--quiet", "origin", "--delete", "release/notification/one")


def test_a_pull_request_with_an_outdated_workflow_fails_at_the_end(shop: Shop, acting: Acting) -> None:
    text = (shop.repo.root / WORKFLOW).read_text(encoding="utf-8")
    head = _branch(
        shop, "feature/outdated", WORKFLOW, text.replace("timeout-minutes: 60", "timeout-minutes: 61")
    )
    ran = acting(pull_request("feature/outdated", head))
    assert ran.jobs == {"plan": "success", "helmforge": "failure"}, ran.everything
    assert ran.failures == {"helmforge": 1}
    assert "-    timeout-minutes: 61" in ran.log["plan"]
    assert "is not current: helmforge pipeline generate github" in ran.log["plan"]


def test_a_release_reaches_qa_and_after_the_approval_production(shop: Shop, acting: Acting) -> None:
    shop.cut("1.0.0")
    refused = acting(push("release/notification/1.0.0"))
    assert set(refused.jobs) == {"plan", "release (notification)", "promote-prod", "helmforge"}
    _assert_ordered(refused, "plan", "release (notification)", "promote-prod")
    assert refused.jobs["release (notification)"] == refused.jobs["helmforge"] == "success"
    assert (refused.jobs["promote-prod"], refused.failures) == ("failure", {"promote-prod": 3})
    assert "notification 1.0.0 is not approved for prod" in refused.log["promote-prod"]
    assert "refs/tags/notification/1.0.0" in shop.repo.remote_refs()
    assert _running(shop, shop.place.qa, "dev") == {"Running"}
    assert _running(shop, shop.place.prod, "prod") == set()
    assert shop.digest("prod/notification", "1.0.0") == ""

    brief = refused.summary["release (notification)"]
    assert "<code>notification 1.0.0 for prod</code>" in brief
    assert "- 0 of 1 needed, 1 to go;" in brief

    shop.approve("1.0.0")
    _break_the_brief(shop)
    approved = acting(by_hand("release/notification/1.0.0"))
    assert "notification 1.0.0 for prod" not in approved.summary["release (notification)"]
    assert "Fatal Python error" in approved.log["release (notification)"]
    _assert_ordered(approved, "plan", "release (notification)", "promote-prod")
    assert set(approved.jobs.values()) == {"success"}, approved.everything
    assert "already deployed" in approved.log["release (notification)"]
    assert _running(shop, shop.place.prod, "prod") == {"Running"}
    assert shop.digest("prod/notification", "1.0.0") == shop.digest("notification", "1.0.0") != ""
    shop.repo.git("checkout", "--quiet", WORKFLOW)


def test_a_push_to_the_trunk_deploys_where_helmforge_yaml_says_so(shop: Shop, acting: Acting) -> None:
    repo, namespace = shop.repo, f"{shop.place.context}-dev"
    shop.kubectl("create", "namespace", namespace, "--context=dev")
    repo.checkout("main")
    before = repo.head()
    text = (repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    dev = "environments:\n  dev: {cluster: {context: dev}, deploy: on-trunk, timeout: 60s}\n"
    repo.write({"helmforge.yaml": text.replace("environments:\n", dev)})
    shop.good("pipeline", "generate", "github")
    shop.good("update", "--all")
    repo.commit("a place for the trunk")
    repo.push("main")
    try:
        ran = acting(push("main", before))
    finally:
        repo.git("revert", "--no-edit", "HEAD")
        repo.push("main")
    assert set(ran.jobs) == {"plan", "deploy (notification)", "deploy (orders)", "helmforge"}, ran.everything
    assert set(ran.jobs.values()) == {"success"}, ran.everything
    assert _running(shop, namespace, "dev") == {"Running"}


def _break_the_brief(shop: Shop) -> None:
    """In the work tree only, which act takes for what is checked out."""
    text = (shop.repo.root / WORKFLOW).read_text(encoding="utf-8")
    mark = "          # begin yours: brief-prod-env\n"
    assert mark in text
    shop.repo.write({WORKFLOW: text.replace(mark, f"{mark}          PYTHONHOME: /nowhere\n")})


def _assert_ordered(ran: Acted, *jobs: str) -> None:
    order = [job for job in ran.jobs if job in jobs]
    assert order == list(jobs), ran.everything


def _running(shop: Shop, namespace: str, context: str) -> set[str]:
    """The phases of the pods there."""
    listed = shop.kubectl("get", "pods", f"--namespace={namespace}", f"--context={context}", "--output=json")
    return {pod["status"]["phase"] for pod in json.loads(listed)["items"]}
