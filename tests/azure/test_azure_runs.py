"""The generated file of Azure Pipelines, run: its stages, conditions and outputs, and its very scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.ci_files import CiSystem
from tests.azure.agent import Azure
from tests.azure.events import pull_request, push
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

    from tests.azure.agent import Ran
    from tests.support.shop import Shop

pytestmark = pytest.mark.integration

_PLANNED = """\
echo '##vso[task.setvariable variable=matrix;isOutput=true]{"orders":{"service":"orders"}}'
echo '##vso[task.setvariable variable=affected;isOutput=true]true'
echo '##vso[task.setvariable variable=service;isOutput=true]orders'
echo '##vso[task.setvariable variable=version;isOutput=true]1.0.0'
echo '##vso[task.setvariable variable=promotions;isOutput=true]["pre-prod","prod"]'
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ci_shop(tmp_path, "azure") as made:
        yield made


def test_the_whole_road_in_azure(shop: Shop, tmp_path: Path) -> None:
    azure = Azure(shop.repo.remote, tmp_path, machine(shop))
    text = (shop.repo.root / "azure-pipelines.yml").read_text(encoding="utf-8")

    shop.repo.branch("feature/nothing")
    shop.repo.push("feature/nothing")
    nothing = azure.run(text, push("feature/nothing", shop.repo.head()))
    assert results(nothing) == ["Succeeded", "Skipped", "Skipped", "Succeeded", "Skipped", "Skipped"]

    commit = push_hostile(shop)
    assert steps(azure.run(text, push(HOSTILE, commit, title=TITLE))) == ["test", "lint", "render"]
    request = azure.run(text, pull_request(HOSTILE, "main", commit))
    assert steps(request, request=True)[:5] == ["test", "lint", "render", "policy", "build"]
    assert canaries(tmp_path) == []
    assert not any(job.persisted for stage in request.values() for job in stage.jobs.values())

    shop.repo.branch("feature/empty")
    shop.repo.write({"services/notification/index.html": ""})
    commit = shop.repo.commit("an empty page")
    shop.repo.push("feature/empty")
    failed = azure.run(text, push("feature/empty", commit))
    assert results(failed) == ["Succeeded", "Failed", "Skipped", "Skipped", "Skipped", "Skipped"]
    (job,) = failed["services"].jobs.values()
    assert reported(job.reports[0])[0] == "test"

    shop.cut("1.0.0")
    pushed = push("release/notification/1.0.0", shop.repo.head())
    release = azure.run(text, pushed)
    through = ["Succeeded", "Succeeded", "Skipped", "Succeeded", "Succeeded", "NotStarted"]
    assert results(release) == through, logs(release)
    assert deployed(shop) == {"qa": "1.0.0", "staging": "1.0.0", "prod": ""}
    assert shop.repo.remote_refs()["refs/tags/notification/1.0.0^{}"] == shop.repo.head()
    assert "notification 1.0.0 for prod" in release["services"].jobs["service notification"].summaries[-1]
    refused = azure.play(text, pushed, release, "promote_prod")
    assert (refused.result, "not approved" in logs({"": refused})) == ("Failed", True), logs({"": refused})

    shop.approve("1.0.0")
    promoted = azure.play(text, pushed, release, "promote_prod")
    assert promoted.result == "Succeeded", logs({"": promoted})
    assert deployed(shop) == {"qa": "1.0.0", "staging": "1.0.0", "prod": "1.0.0"}


def test_a_brief_that_fails_fails_nothing_else(tmp_path: Path) -> None:
    shop = Monorepo(tmp_path / "shop", {"README.md": "Read this.\n"})
    shop.push("main")
    azure = Azure(shop.remote, tmp_path, without_briefs(tmp_path / "bin", shop.environment, _PLANNED))
    text = rendered(CiSystem.AZURE, settings_of("ci: {image: example.com/helmforge:1}"))
    ran = azure.run(text, push("release/orders/1.0.0", shop.head()))
    assert "no brief from here" in logs(ran)
    found = {name: stage.result for name, stage in ran.items()}
    issues = {
        "plan": "Succeeded",
        "services": "SucceededWithIssues",
        "file": "Skipped",
        "result": "Succeeded",
    }
    assert found == {**issues, "promote_pre_prod": "NotStarted", "promote_prod": "Skipped"}
    assert ran["services"].jobs["service orders"].summaries == []


def results(ran: dict[str, Ran]) -> list[str]:
    assert list(ran) == ["plan", "services", "file", "result", "promote_staging", "promote_prod"]
    return [stage.result for stage in ran.values()]


def logs(ran: dict[str, Ran]) -> str:
    return "\n".join(job.log for stage in ran.values() for job in stage.jobs.values())


def steps(ran: dict[str, Ran], *, request: bool = False) -> list[str]:
    """Those of the only affected service, as its JUnit report tells them."""
    file = "Succeeded" if request else "Skipped"
    assert results(ran) == ["Succeeded", "Succeeded", file, "Succeeded", "Skipped", "Skipped"], logs(ran)
    ((leg, job),) = ran["services"].jobs.items()
    assert leg == "service notification"
    (report,) = job.reports
    return reported(report)
