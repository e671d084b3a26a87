"""Recognising the Git event in the environments of four CI systems."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.ci import CiEvents
from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OID, BEFORE, MERGE = "a" * 40, "b" * 40, "c" * 40
ZEROS = "0" * 40
PUSH, PULL_REQUEST = EventKind.PUSH, EventKind.PULL_REQUEST


def github(tmp_path: Path, payload: object = None, **changes: str) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"before": BEFORE, "after": OID} if payload is None else payload))
    push = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/heads/feature/a",
        "GITHUB_SHA": OID,
        "GITHUB_HEAD_REF": "",
        "GITHUB_BASE_REF": "",
        "GITHUB_EVENT_PATH": str(file),
    }
    return push | changes


GITHUB_PULL_REQUEST = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_SHA": MERGE,
    "GITHUB_HEAD_REF": "feature/a",
    "GITHUB_BASE_REF": "main",
}
JENKINS = {
    "JENKINS_URL": "https://ci.example.com/",
    "BRANCH_NAME": "feature/a",
    "GIT_COMMIT": OID,
    "GIT_PREVIOUS_COMMIT": ZEROS,
    "GIT_PREVIOUS_SUCCESSFUL_COMMIT": BEFORE,
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_SOURCE": "push",
    "CI_COMMIT_SHA": OID,
    "CI_COMMIT_BEFORE_SHA": BEFORE,
    "CI_COMMIT_BRANCH": "feature/a",
    "CI_COMMIT_REF_NAME": "feature/a",
}
GITLAB_MERGE_REQUEST = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_COMMIT_SHA": OID,
    "CI_COMMIT_BEFORE_SHA": ZEROS,
    "CI_COMMIT_REF_NAME": "refs/merge-requests/7/head",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/a",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_REASON": "IndividualCI",
    "BUILD_SOURCEBRANCH": "refs/heads/feature/a",
    "BUILD_SOURCEVERSION": OID,
}
AZURE_PULL_REQUEST = {
    "TF_BUILD": "True",
    "BUILD_REASON": "PullRequest",
    "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
    "BUILD_SOURCEVERSION": MERGE,
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/a",
    "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
}


def refusal(environment: Mapping[str, str]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        CiEvents(environment).detect()
    assert caught.value.where
    return caught.value


@pytest.mark.parametrize("environment", [{}, {"CI": "true", "BRANCH_NAME": "main"}, {"GITHUB_ACTIONS": ""}])
def test_outside_of_ci_there_is_no_event(environment: dict[str, str]) -> None:
    assert CiEvents(environment).detect() is None


def test_a_push_in_github_actions(tmp_path: Path) -> None:
    event = CiEvents(github(tmp_path)).detect()
    assert event == Event(PUSH, "feature/a", OID, BEFORE, provider="github")


@pytest.mark.parametrize(
    ("payload", "source"),
    [({"pull_request": {"head": {"sha": OID}}}, OID), ({"pull_request": {"head": None}}, ""), ({}, "")],
)
def test_a_pull_request_in_github_actions_tells_its_source(
    tmp_path: Path, payload: object, source: str
) -> None:
    event = CiEvents(github(tmp_path, payload, **GITHUB_PULL_REQUEST)).detect()
    assert event == Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="github", source=source)


@pytest.mark.parametrize(
    ("environment", "event"),
    [
        (GITHUB_PULL_REQUEST, Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="github")),
        (JENKINS, Event(PUSH, "feature/a", OID, BEFORE, provider="jenkins")),
        (
            JENKINS | {"GIT_PREVIOUS_SUCCESSFUL_COMMIT": "", "GIT_PREVIOUS_COMMIT": MERGE},
            Event(PUSH, "feature/a", OID, MERGE, provider="jenkins"),
        ),
        (
            JENKINS
            | {
                "BRANCH_NAME": "PR-7",
                "CHANGE_ID": "7",
                "CHANGE_BRANCH": "feature/a",
                "CHANGE_TARGET": "main",
            },
            Event(PULL_REQUEST, "feature/a", OID, target="main", provider="jenkins"),
        ),
        (
            {"JENKINS_URL": "x", "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": "main"},
            Event(PULL_REQUEST, "PR-7", target="main", provider="jenkins"),
        ),
        (
            GITLAB_MERGE_REQUEST | {"CI_COMMIT_SHA": MERGE, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": OID},
            Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="gitlab", source=OID),
        ),
        (
            AZURE_PULL_REQUEST | {"SYSTEM_PULLREQUEST_SOURCECOMMITID": OID},
            Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="azure", source=OID),
        ),
        (GITLAB, Event(PUSH, "feature/a", OID, BEFORE, provider="gitlab")),
        (
            GITLAB | {"CI_PIPELINE_SOURCE": "parent_pipeline", "CI_COMMIT_BEFORE_SHA": ZEROS},
            Event(PUSH, "feature/a", OID, ZEROS, provider="gitlab"),
        ),
        (GITLAB_MERGE_REQUEST, Event(PULL_REQUEST, "feature/a", OID, target="main", provider="gitlab")),
        (AZURE, Event(PUSH, "feature/a", OID, provider="azure")),
        (AZURE_PULL_REQUEST, Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="azure")),
        (
            AZURE_PULL_REQUEST
            | {"SYSTEM_PULLREQUEST_SOURCEBRANCH": "feature/a", "SYSTEM_PULLREQUEST_TARGETBRANCH": "main"},
            Event(PULL_REQUEST, "feature/a", MERGE, target="main", provider="azure"),
        ),
    ],
)
def test_events(environment: dict[str, str], event: Event) -> None:
    assert CiEvents(environment).detect() == event


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (GITHUB_PULL_REQUEST | {"GITHUB_EVENT_NAME": "schedule"}, "schedule"),
        (
            GITHUB_PULL_REQUEST | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/pull/7/merge"},
            "push of refs/pull/7/merge",
        ),
        (GITHUB_PULL_REQUEST | {"GITHUB_EVENT_NAME": "workflow_run"}, "workflow_run"),
        (GITLAB | {"CI_PIPELINE_SOURCE": "schedule"}, "schedule"),
        (AZURE | {"BUILD_REASON": "Schedule"}, "Schedule of refs/heads/feature/a"),
        (AZURE | {"BUILD_REASON": "ResourceTrigger"}, "ResourceTrigger of refs/heads/feature/a"),
        (
            AZURE | {"BUILD_REASON": "Manual", "BUILD_SOURCEBRANCH": "refs/pull/7/merge"},
            "Manual of refs/pull/7/merge",
        ),
    ],
)
def test_other_events_are_named(environment: dict[str, str], named: str) -> None:
    error = refusal(environment)
    assert error.what == f"not a branch or pull request event: {named!r}"
    assert "--ref" in error.hint


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"GITHUB_ACTIONS": "true"}, "GITHUB_EVENT_NAME"),
        (GITHUB_PULL_REQUEST | {"GITHUB_HEAD_REF": ""}, "GITHUB_HEAD_REF"),
        ({"GITLAB_CI": "true"}, "CI_COMMIT_BRANCH"),
        (GITLAB_MERGE_REQUEST | {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": ""}, "CI_MERGE_REQUEST_TARGET"),
        ({"TF_BUILD": "True"}, "BUILD_REASON"),
        ({"JENKINS_URL": "x"}, "BRANCH_NAME"),
        ({"JENKINS_URL": "x", "BRANCH_NAME": "PR-7", "CHANGE_ID": "7"}, "CHANGE_TARGET"),
    ],
)
def test_an_incomplete_environment_says_what_is_missing(environment: dict[str, str], missing: str) -> None:
    assert refusal(environment).where.startswith(missing)


@pytest.mark.parametrize("oid", ["HEAD", "--upload-pack=id", "abc", "A" * 40, f"{OID}\n"])
@pytest.mark.parametrize("name", ["GIT_COMMIT", "GIT_PREVIOUS_SUCCESSFUL_COMMIT"])
def test_a_commit_is_a_commit_id(name: str, oid: str) -> None:
    assert refusal(JENKINS | {name: oid}).where == name


@pytest.mark.parametrize("branch", ["release/$(id)/1.0.0", "a\nb", "refs/heads/x", "-x", "größe"])
def test_branch_names_come_as_they_are(branch: str) -> None:
    event = CiEvents(JENKINS | {"BRANCH_NAME": branch}).detect()
    assert event is not None
    assert event.branch == branch
