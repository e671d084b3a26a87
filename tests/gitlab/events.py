"""What GitLab tells a pipeline of its event. Source: GitLab "Predefined CI/CD variables"."""

from __future__ import annotations

_ZERO = "0" * 40


def push(
    branch: str, commit: str, *, before: str = _ZERO, requests: str = "", title: str = ""
) -> dict[str, str]:
    """`requests` names the open merge requests of the branch."""
    opened = {"CI_OPEN_MERGE_REQUESTS": requests} if requests else {}
    return {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_BRANCH": branch,
        "CI_COMMIT_REF_NAME": branch,
        "CI_COMMIT_SHA": commit,
        "CI_COMMIT_BEFORE_SHA": before,
        "CI_COMMIT_TITLE": title,
        **opened,
    }


def merge_request(source: str, target: str, commit: str) -> dict[str, str]:
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": source,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target,
        "CI_OPEN_MERGE_REQUESTS": "shop!7",
        "CI_COMMIT_REF_NAME": source,
        "CI_COMMIT_SHA": commit,
        "CI_COMMIT_BEFORE_SHA": _ZERO,
    }


def tag(name: str, commit: str) -> dict[str, str]:
    return {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_TAG": name,
        "CI_COMMIT_REF_NAME": name,
        "CI_COMMIT_SHA": commit,
        "CI_COMMIT_BEFORE_SHA": _ZERO,
    }
