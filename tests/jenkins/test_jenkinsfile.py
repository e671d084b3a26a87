"""The generated Jenkinsfile, interpreted as Jenkins does it: which steps, in which order, holding what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.jenkins.jenkinsfiles import (
    ALLOWED,
    CHECK,
    PLAN,
    RUN,
    SETTINGS,
    SHOWN,
    build,
    generate,
    generated,
)
from tests.support.jenkins import COMMIT, run_builds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.jenkins import Result

pytestmark = pytest.mark.integration

AGENT = "trunk: develop\nci: {runner: [linux, big], image: 'ci/helmforge:1'}\n"
KUBECONFIG = "file(credentialsId: 'kube', variable: 'KUBECONFIG')"
PULL_REQUEST = {"CHANGE_ID": "7", "CHANGE_BRANCH": "feature/x", "CHANGE_TARGET": "main"}


def with_lines_of_a_team(folder: Path) -> Path:
    """Generated, edited, and generated again from another configuration."""
    file = generated(folder)
    text = file.read_text(encoding="utf-8")
    for section, old, new in (
        ("promote-credentials", "    body()\n", f"    withCredentials([{KUBECONFIG}]) {{ body() }}\n"),
        ("post", "", "    echo 'the team was here'\n"),
    ):
        begin = f"    // begin yours: {section}\n"
        assert begin + old in text
        text = text.replace(begin + old, begin + new)
    file.write_text(text, encoding="utf-8")
    staging = SETTINGS.index("  staging")
    generate(file.parent, SETTINGS[:staging] + SETTINGS[staging:].replace("staging", "preproduction", 1))
    return file


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Result], set[str]]:
    """One JVM for all of them."""
    folder = tmp_path_factory.mktemp("jenkins")
    file = generated(folder / "generated")
    inside = generated(folder / "image", f"{SETTINGS}{AGENT}")
    wrong = folder / "wrong"
    wrong.write_text(file.read_text(encoding="utf-8").replace("parallel(branches(plan))", "parallel((plan)"))
    qa = generated(folder / "qa")
    generate(qa.parent, SETTINGS.replace("on-approval", "on-release"))
    team = with_lines_of_a_team(folder / "team")
    release, failing = "release/billing/v1.2.0", 'helmforge pipeline run --service "$HELMFORGE_SERVICE"'
    scenarios = {
        "feature": build(file, "feature/x", "feature", ["billing", "web"]),
        "pull request": build(file, "PR-7", "pull-request", ["web"], env=PULL_REQUEST),
        "outdated": build(file, "PR-7", "pull-request", ["web"], env=PULL_REQUEST, failing=CHECK),
        "unaffected": build(file, "main", "trunk", []),
        "trunk": build(file, "main", "trunk", ["web"]),
        "failing": build(file, "feature/x", "feature", ["billing", "web"], failing=failing),
        "image": build(inside, "develop", "trunk", ["web"]),
        "team": build(
            team, release, "release", ["billing"], inputs=["ada"], promotions=["preproduction", "prod"]
        ),
        "no promotions": build(qa, release, "release", ["billing"]),
        "wrong": build(wrong, "feature/x", "feature", ["web"]),
    }
    results, calls = run_builds(folder, list(scenarios.values()))
    return dict(zip(scenarios, results, strict=True)), calls


@pytest.fixture
def builds(runs: tuple[dict[str, Result], set[str]]) -> dict[str, Result]:
    return runs[0]


def test_a_feature_branch_works_on_each_service_in_a_stage_of_its_own(builds: dict[str, Result]) -> None:
    ran = builds["feature"]
    assert ran.failure == ""
    assert [event.arguments["name"] for event in ran.of("stage")] == ["plan", "services", "billing", "web"]
    (parallel,) = ran.of("parallel")
    assert parallel.arguments == {"branches": ["billing", "web"], "failFast": False}
    assert ran.scripts("helmforge") == [SHOWN, PLAN, RUN, RUN]
    run = [event for event in ran.of("sh") if event.script == RUN]
    assert [(event.stages, event.agents) for event in run] == [
        (("services", "billing"), 1),
        (("services", "web"), 1),
    ]
    assert [event.env["HELMFORGE_SERVICE"] for event in run] == ["billing", "web"]
    assert {event.env["GIT_COMMIT"] for event in run} == {COMMIT}
    assert [event.stages[-1] for event in ran.of("junit")] == ["billing", "web"]
    assert (ran.of("input"), ran.description, ran.agents) == ([], "billing, web", 0)


def test_a_pull_request_also_checks_that_the_file_is_current(builds: dict[str, Result]) -> None:
    assert builds["pull request"].failure == ""
    assert builds["pull request"].scripts("helmforge") == [SHOWN, PLAN, CHECK, RUN]
    assert "exit code 1" in builds["outdated"].failure
    assert builds["outdated"].scripts("helmforge") == [SHOWN, PLAN, CHECK]


def test_nothing_affected_is_a_build_that_did_its_work(builds: dict[str, Result]) -> None:
    ran = builds["unaffected"]
    assert (ran.failure, ran.scripts("helmforge"), ran.of("parallel")) == ("", [SHOWN, PLAN], [])
    assert ran.description == "no service is affected"


def test_only_what_may_deploy_is_never_ended_by_a_newer_build(builds: dict[str, Result]) -> None:
    aborting = {
        name: ran.of("disableConcurrentBuilds")[0].arguments["abortPrevious"]
        for name, ran in builds.items()
        if ran.events
    }
    ended = {"feature", "pull request", "outdated", "failing"}
    assert {name for name, aborts in aborting.items() if aborts} == ended


def test_without_an_environment_behind_an_approval_nobody_is_asked(builds: dict[str, Result]) -> None:
    ran = builds["no promotions"]
    assert (ran.failure, ran.scripts("helmforge")) == ("", [SHOWN, PLAN, RUN])
    assert ran.events[-1].step == "junit"


def test_a_failing_service_keeps_no_other_from_running(builds: dict[str, Result]) -> None:
    ran = builds["failing"]
    assert "exit code 1" in ran.failure
    assert (ran.scripts("helmforge"), len(ran.of("junit"))) == ([SHOWN, PLAN, RUN, RUN], 2)


def test_agents_and_the_image_are_those_of_the_configuration(builds: dict[str, Result]) -> None:
    assert {event.arguments.get("label") for event in builds["image"].of("node")} == {"linux && big"}
    assert {event.arguments["image"] for event in builds["image"].of("docker.inside")} == {"ci/helmforge:1"}
    assert builds["image"].scripts() == [SHOWN, PLAN, RUN]
    assert {event.arguments.get("label") for event in builds["feature"].of("node")} == {None}


def test_what_does_not_compile_is_found(builds: dict[str, Result]) -> None:
    assert "unexpected token" in builds["wrong"].failure or "expecting" in builds["wrong"].failure


def test_nothing_needs_an_approval_of_scripts(runs: tuple[dict[str, Result], set[str]]) -> None:
    assert "groovy.json.JsonSlurper parseText" in runs[1]
    assert runs[1] <= ALLOWED


def test_the_lines_of_a_team_are_kept_and_wrap_only_what_they_are_for(builds: dict[str, Result]) -> None:
    ran = builds["team"]
    assert ran.failure == ""
    assert [event.stages for event in ran.of("withCredentials")] == [("promote to preproduction",)]
    assert ran.events[-1].arguments == {"message": "the team was here"}
