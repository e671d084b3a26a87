"""Promotions in the generated Jenkinsfile: who is asked, what starts by itself, and what comes before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.jenkins.jenkinsfiles import ALLOWED, BRIEF, PLAN, PROMOTE, RUN, SETTINGS, SHOWN, build, generated
from tests.support.jenkins import run_builds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.jenkins import Result, Scenario

pytestmark = pytest.mark.integration

BRANCH = "release/billing/v1.2.0"
ALL_AUTOMATIC = SETTINGS.replace("on-approval}", "on-approval, approvals: {required: 0}}")
AUTOMATIC = SETTINGS.replace("on-approval}", "on-approval, approvals: {required: 0}}", 1)


def release(
    file: Path, *inputs: str | None, failing: str = "", to: tuple[str, ...] = ("staging", "prod")
) -> Scenario:
    return build(file, BRANCH, "release", ["billing"], inputs=inputs, failing=failing, promotions=to)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Result], set[str]]:
    """One JVM for all of them."""
    folder = tmp_path_factory.mktemp("jenkins")
    file = generated(folder / "generated")
    automatic = generated(folder / "automatic", AUTOMATIC)
    everything = generated(folder / "everything", ALL_AUTOMATIC)
    asking = folder / "asking"
    asking.write_text(file.read_text(encoding="utf-8").replace("ok: 'Promote'", "okay: 'Promote'"))
    scenarios = {
        "release": release(file, "ada", "bob"),
        "aborted": release(file, "ada", None),
        "aborted at once": release(file, None, "bob"),
        "asked wrongly": release(asking, "ada"),
        "refused": release(file, "ada", failing=PROMOTE),
        "not in QA": release(file, "ada", failing=RUN),
        "no brief": release(file, "ada", "bob", failing=BRIEF),
        "automatic": release(automatic, "ada"),
        "all automatic": release(everything),
        "automatic, refused": release(automatic, "ada", failing=PROMOTE),
        "prerelease": release(automatic, "ada", to=("prod",)),
    }
    results, calls = run_builds(folder, list(scenarios.values()))
    return dict(zip(scenarios, results, strict=True)), calls


@pytest.fixture
def builds(runs: tuple[dict[str, Result], set[str]]) -> dict[str, Result]:
    return runs[0]


def test_a_release_waits_for_each_approval_without_an_agent(builds: dict[str, Result]) -> None:
    ran = builds["release"]
    assert ran.failure == ""
    told = [
        event.script if event.step == "sh" else event.step
        for event in ran.events
        if event.step in {"input", "milestone"} or (event.step == "sh" and "helmforge " in event.script)
    ]
    promotion = ["input", "milestone", PROMOTE]
    assert told == [SHOWN, PLAN, RUN, BRIEF, BRIEF, *promotion, *promotion]
    assert [(event.agents, event.stages) for event in ran.of("input")] == [
        (0, ("promote to staging",)),
        (0, ("promote to prod",)),
    ]
    first = ran.of("input")[0].arguments
    assert first["message"] == "Promote billing v1.2.0 to staging?"
    limits = [event.arguments for event in ran.of("timeout") if event.agents == 0]
    assert limits == [{"time": 7, "unit": "DAYS"}] * 2
    promoted = [event.env for event in ran.of("sh") if event.script == PROMOTE]
    assert [tuple(env[key] for key in env if key != "GIT_COMMIT") for env in promoted] == [
        ("billing", "v1.2.0", "staging", "ada"),
        ("billing", "v1.2.0", "prod", "bob"),
    ]


def test_where_nobody_has_to_approve_the_promotion_starts_by_itself(builds: dict[str, Result]) -> None:
    ran = builds["automatic"]
    assert ran.failure == ""
    promoted = [event for event in ran.of("sh") if event.script == PROMOTE]
    assert [(event.stages, event.env["GIT_COMMITTER_NAME"]) for event in promoted] == [
        (("promote to staging",), "Jenkins"),
        (("promote to prod",), "ada"),
    ]
    assert [event.stages for event in ran.of("input")] == [("promote to prod",)]
    assert len(ran.of("milestone")) == 2
    alone = builds["all automatic"]
    assert (alone.failure, alone.of("input"), alone.scripts(PROMOTE)) == ("", [], [PROMOTE] * 2)


def test_a_brief_is_archived_for_each_environment_that_somebody_lets_the_version_into(
    builds: dict[str, Result],
) -> None:
    ran = builds["release"]
    briefs = [event for event in ran.of("sh") if event.script == BRIEF]
    assert [(event.stages, event.env["HELMFORGE_SERVICE"]) for event in briefs] == [
        (("services", "billing"), "billing")
    ] * 2
    assert [event.env["HELMFORGE_ENVIRONMENT"] for event in briefs] == ["staging", "prod"]
    archived = [event.arguments for event in ran.of("archiveArtifacts")]
    assert archived == [{"artifacts": "brief-staging.html"}, {"artifacts": "brief-prod.html"}]
    assert len(builds["automatic"].scripts(BRIEF)) == 1
    assert (builds["all automatic"].scripts(BRIEF), builds["not in QA"].scripts(BRIEF)) == ([], [])


def test_a_brief_that_fails_fails_nothing_else(builds: dict[str, Result]) -> None:
    ran = builds["no brief"]
    assert (ran.failure, ran.of("archiveArtifacts"), ran.scripts(PROMOTE)) == ("", [], [PROMOTE] * 2)
    assert ["exit code 1" in event.facts["caught"] for event in ran.of("catchError")] == [True, True]
    results = {"buildResult": "SUCCESS", "stageResult": "UNSTABLE", "catchInterruptions": False}
    assert [event.arguments for event in ran.of("catchError")] == [results, results]


def test_a_promotion_that_helmforge_refuses_ends_the_build_also_without_a_question(
    builds: dict[str, Result],
) -> None:
    ran = builds["automatic, refused"]
    assert ("exit code 1" in ran.failure, ran.of("input")) == (True, [])


def test_what_an_environment_does_not_take_goes_no_further(builds: dict[str, Result]) -> None:
    ran = builds["prerelease"]
    assert (ran.failure, ran.of("input"), ran.scripts(PROMOTE)) == ("", [], [])


def test_who_aborts_the_question_keeps_the_version_where_it_is(builds: dict[str, Result]) -> None:
    ran = builds["aborted"]
    assert (ran.failure, len(ran.of("input")), ran.scripts(PROMOTE)) == ("", 2, [PROMOTE])
    assert [event.arguments["message"] for event in ran.of("echo")] == [
        "billing v1.2.0 was not promoted to prod"
    ]
    first = builds["aborted at once"]
    assert (first.failure, len(first.of("input")), first.scripts(PROMOTE)) == ("", 1, [])


def test_only_an_interruption_is_no_failure(builds: dict[str, Result]) -> None:
    assert "input has no argument [okay]" in builds["asked wrongly"].failure


def test_what_helmforge_refuses_fails_and_is_not_asked_for_the_next_environment(
    builds: dict[str, Result],
) -> None:
    ran = builds["refused"]
    assert ("exit code 1" in ran.failure, len(ran.of("input"))) == (True, 1)


def test_what_is_not_in_qa_is_not_asked_about(builds: dict[str, Result]) -> None:
    ran = builds["not in QA"]
    assert ("exit code 1" in ran.failure, ran.of("input")) == (True, [])


def test_nothing_needs_an_approval_of_scripts(runs: tuple[dict[str, Result], set[str]]) -> None:
    assert runs[1] <= ALLOWED
