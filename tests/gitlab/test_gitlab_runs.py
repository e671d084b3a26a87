"""The generated file of GitLab, run: events become pipelines, and their very lines run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.ci_files import CiSystem
from tests.gitlab.events import merge_request, push
from tests.gitlab.pipelines import parse
from tests.gitlab.runner import Gitlab
from tests.support.ci_settings import rendered, settings_of
from tests.support.ci_shop import (
    HOSTILE,
    TITLE,
    canaries,
    ci_shop,
    deployed,
    machine,
    push_hostile,
    reported,
    without_briefs,
)
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gitlab.runner import Ran
    from tests.support.shop import Shop

pytestmark = pytest.mark.integration

_CHILD = "orders: {variables: {GIT_STRATEGY: none}, script: [helmforge pipeline run]}"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ci_shop(tmp_path, "gitlab") as made:
        yield made


def test_the_whole_road_in_gitlab(shop: Shop, tmp_path: Path) -> None:
    gitlab = Gitlab(shop.repo.remote, tmp_path, machine(shop))
    text = (shop.repo.root / ".gitlab-ci.yml").read_text(encoding="utf-8")

    def run(variables: dict[str, str]) -> dict[str, Ran]:
        ran = gitlab.run(text, variables)
        assert ran is not None
        return ran

    before = shop.repo.git("rev-parse", "main~1")
    assert children(run(push("main", shop.repo.head(), before=before))) == {"nothing to do": "success"}

    shop.repo.push("feature/all")
    commit = push_hostile(shop)
    assert steps(run(push(HOSTILE, commit, title=TITLE))) == ["test", "lint", "render"]
    assert steps(run(merge_request(HOSTILE, "feature/all", commit))) == ["test", "lint", "render"]
    request = run(merge_request(HOSTILE, "main", commit))
    assert steps(request)[:5] == ["test", "lint", "render", "policy", "build"]
    assert request["this-file"].status == "success", request["this-file"].log
    assert canaries(tmp_path) == []

    shop.cut("1.0.0")
    pushed = push("release/notification/1.0.0", shop.repo.head())
    release = run(pushed)
    assert children(release) == {"service notification": "success"}
    assert release["promote-staging"].status == "success", release["promote-staging"].log
    assert deployed(shop) == {"qa": "1.0.0", "staging": "1.0.0", "prod": ""}
    assert shop.repo.remote_refs()["refs/tags/notification/1.0.0^{}"] == shop.repo.head()
    brief = release["brief-prod"].artifacts
    assert brief is not None, release["brief-prod"].log
    page = (brief / "helmforge-brief-prod.html").read_text(encoding="utf-8")
    assert "notification 1.0.0 for prod" in page
    assert "brief-staging" not in release
    refused = gitlab.play(text, pushed, release, "promote-prod")
    assert (refused.status, "not approved" in refused.log) == ("failed", True), refused.log

    shop.approve("1.0.0")
    promoted = gitlab.play(text, pushed, release, "promote-prod")
    assert promoted.status == "success", promoted.log
    assert deployed(shop) == {"qa": "1.0.0", "staging": "1.0.0", "prod": "1.0.0"}


@pytest.mark.parametrize(("promotions", "status"), [("pre-prod prod", "failed"), ("prod", "success")])
def test_a_brief_that_fails_fails_nothing_else(tmp_path: Path, promotions: str, status: str) -> None:
    """And a version that an environment does not take needs none."""
    shop = Monorepo(tmp_path / "shop", {"README.md": "Read this.\n"})
    shop.push("main")
    facts = f"HELMFORGE_SERVICE=orders\nHELMFORGE_VERSION=1.0.0\nHELMFORGE_PROMOTIONS={promotions}"
    planned = f"echo '{facts}'\necho '{_CHILD}' > helmforge-child.yml"
    gitlab = Gitlab(shop.remote, tmp_path, without_briefs(tmp_path / "bin", shop.environment, planned))
    text = rendered(CiSystem.GITLAB, settings_of("ci: {image: example.com/helmforge:1}"))
    ran = gitlab.run(text, push("release/orders/1.0.0", shop.head()))
    assert ran is not None
    found = {name: job.status for name, job in ran.items()}
    assert found["brief-pre-prod"] == status, ran["brief-pre-prod"].log
    assert (found["affected-services"], found["promote-pre-prod"]) == ("success", "manual")
    assert parse(text)["brief-pre-prod"]["allow_failure"] is True


def children(ran: dict[str, Ran]) -> dict[str, str]:
    assert ran["plan"].status == "success", ran["plan"].log
    found = ran["affected-services"].child
    assert all(child.status == "success" for child in found.values()), [child.log for child in found.values()]
    return {name: child.status for name, child in found.items()}


def steps(ran: dict[str, Ran]) -> list[str]:
    """Those of the only affected service, as its JUnit report tells them."""
    assert list(children(ran)) == ["service notification"]
    artifacts = ran["affected-services"].child["service notification"].artifacts
    assert artifacts is not None
    return reported(artifacts / "helmforge-junit.xml")
