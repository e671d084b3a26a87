"""What is neither a plain push nor a pull request of the repository's own: forks, tags, queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.ci import CiEvents
from helmforge.domain.event import Event, EventKind
from tests.adapters.test_ci import (
    AZURE,
    AZURE_PULL_REQUEST,
    GITHUB_PULL_REQUEST,
    GITLAB,
    GITLAB_MERGE_REQUEST,
    JENKINS,
    MERGE,
    OID,
    ZEROS,
    github,
    refusal,
)

if TYPE_CHECKING:
    from pathlib import Path

JENKINS_CHANGE = JENKINS | {
    "BRANCH_NAME": "PR-7",
    "CHANGE_ID": "7",
    "CHANGE_BRANCH": "main",
    "CHANGE_TARGET": "main",
}


def detected(environment: dict[str, str]) -> Event:
    event = CiEvents(environment).detect()
    assert event is not None
    return event


@pytest.mark.parametrize(
    ("head", "base", "fork"),
    [
        ({"repo": {"full_name": "eve/shop"}}, {"repo": {"full_name": "ada/shop"}}, True),
        ({"repo": None}, {"repo": {"full_name": "ada/shop"}}, True),
        ({"repo": {"full_name": "ada/shop"}}, {"repo": {"full_name": "ada/shop"}}, False),
        ({"repo": []}, {"repo": []}, True),
        ({"repo": {}}, {"repo": {}}, True),
        ({"repo": {"full_name": "ada/shop"}}, None, True),
        ({}, {}, False),
    ],
)
def test_forks_in_github_actions(tmp_path: Path, head: object, base: object, fork: bool) -> None:  # noqa: FBT001 - a case
    request = {"pull_request": {"head": head, "base": base}}
    event = detected(github(tmp_path, request, **GITHUB_PULL_REQUEST | {"GITHUB_HEAD_REF": "main"}))
    assert (event.kind, event.branch, event.fork) == (EventKind.PULL_REQUEST, "main", fork)


@pytest.mark.parametrize(("owner", "fork"), [("ada", False), ("eve", True)])
def test_without_its_base_a_pull_request_is_held_against_the_repository(
    tmp_path: Path,
    owner: str,
    fork: bool,  # noqa: FBT001 - a case
) -> None:
    request = {"pull_request": {"head": {"repo": {"full_name": f"{owner}/shop"}}}}
    environment = github(tmp_path, request, **GITHUB_PULL_REQUEST, GITHUB_REPOSITORY="ada/shop")
    assert detected(environment).fork is fork


@pytest.mark.parametrize(
    ("environment", "fork"),
    [
        (
            GITLAB_MERGE_REQUEST
            | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8", "CI_MERGE_REQUEST_PROJECT_ID": "7"},
            True,
        ),
        (
            GITLAB_MERGE_REQUEST
            | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "7"},
            False,
        ),
        (GITLAB_MERGE_REQUEST | {"CI_MERGE_REQUEST_PROJECT_ID": "7"}, True),
        (AZURE_PULL_REQUEST | {"SYSTEM_PULLREQUEST_ISFORK": "True"}, True),
        (AZURE_PULL_REQUEST | {"SYSTEM_PULLREQUEST_ISFORK": "False"}, False),
        (JENKINS_CHANGE | {"CHANGE_FORK": "eve"}, True),
        (JENKINS_CHANGE, False),
    ],
)
def test_forks_elsewhere(environment: dict[str, str], fork: bool) -> None:  # noqa: FBT001 - a case
    event = detected(environment)
    assert (event.kind, event.fork) == (EventKind.PULL_REQUEST, fork)


def test_pull_request_target_is_refused_because_of_its_secrets(tmp_path: Path) -> None:
    error = refusal(github(tmp_path, **GITHUB_PULL_REQUEST | {"GITHUB_EVENT_NAME": "pull_request_target"}))
    assert "secrets of the trunk" in error.why
    assert error.hint == "on: pull_request, in place of pull_request_target"


TAGS = ["v1", "cart/1.2.0", "approvals/prod/cart/1.2.0/ada@example.com", "a\n::error::b"]


@pytest.mark.parametrize("name", TAGS)
def test_a_pushed_tag_is_nothing_to_do(tmp_path: Path, name: str) -> None:
    ref = f"refs/tags/{name}"
    for environment in (
        github(tmp_path, {"before": ZEROS, "ref": ref}, GITHUB_REF=ref),
        GITLAB | {"CI_COMMIT_TAG": name, "CI_COMMIT_BRANCH": ""},
        AZURE | {"BUILD_SOURCEBRANCH": ref},
        JENKINS | {"TAG_NAME": name, "BRANCH_NAME": name},
    ):
        event = detected(environment)
        assert event.branch == ref
        assert "is a tag" in event.nothing
        assert event.nothing.isprintable()


@pytest.mark.parametrize(
    ("payload", "changes"),
    [
        ({"before": OID, "after": ZEROS, "deleted": True}, {}),
        ({"before": OID}, {"GITHUB_SHA": ZEROS}),
        ({"ref": "feature/a"}, {"GITHUB_EVENT_NAME": "delete", "GITHUB_REF": "refs/heads/main"}),
        (None, GITLAB | {"GITHUB_ACTIONS": "", "CI_COMMIT_SHA": ZEROS}),
        (None, AZURE | {"GITHUB_ACTIONS": "", "BUILD_SOURCEVERSION": ZEROS}),
        (None, JENKINS | {"GITHUB_ACTIONS": "", "GIT_COMMIT": ZEROS}),
    ],
)
def test_a_deleted_branch_is_nothing_to_do(tmp_path: Path, payload: object, changes: dict[str, str]) -> None:
    event = detected(github(tmp_path, payload, **changes))
    assert (event.branch, event.nothing) == ("feature/a", "'feature/a' was deleted")


def test_a_merge_queue_is_a_pull_request_into_its_target(tmp_path: Path) -> None:
    branch = f"gh-readonly-queue/main/pr-7-{OID}"
    queue = {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": f"refs/heads/{branch}", "GITHUB_SHA": MERGE}
    payload = {"merge_group": {"base_ref": "refs/heads/main", "head_sha": MERGE}}
    event = detected(github(tmp_path, payload, **queue))
    assert event == Event(EventKind.PULL_REQUEST, branch, MERGE, target="main", provider="github")
    broken: object
    for broken in ({}, {"merge_group": []}, {"merge_group": {"base_ref": ["main"]}}):
        assert "merge_group" in refusal(github(tmp_path, broken, **queue)).what


@pytest.mark.parametrize(
    "environment",
    [
        GITLAB | {"CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BEFORE_SHA": ZEROS},
        AZURE | {"BUILD_REASON": "Manual"},
        JENKINS | {"GIT_PREVIOUS_COMMIT": OID, "GIT_PREVIOUS_SUCCESSFUL_COMMIT": OID},
    ],
    ids=["gitlab", "azure", "jenkins replay"],
)
def test_a_run_by_hand_is_a_push_of_the_same_commit(environment: dict[str, str]) -> None:
    event = detected(environment)
    assert (event.kind, event.branch, event.commit) == (EventKind.PUSH, "feature/a", OID)


def test_a_run_by_hand_in_github_actions_knows_no_before(tmp_path: Path) -> None:
    event = detected(github(tmp_path, {"inputs": None}, GITHUB_EVENT_NAME="workflow_dispatch"))
    assert event == Event(EventKind.PUSH, "feature/a", OID, provider="github")


def test_a_merge_train() -> None:
    train = {
        "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train",
        "CI_COMMIT_SHA": MERGE,
        "CI_COMMIT_REF_NAME": "refs/merge-requests/7/train",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": OID,
    }
    event = detected(GITLAB_MERGE_REQUEST | train)
    wanted = Event(EventKind.PULL_REQUEST, "feature/a", MERGE, target="main", provider="gitlab", source=OID)
    assert event == wanted
