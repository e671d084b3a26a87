"""GitLab CI. Sources: "Predefined CI/CD variables", "Merge trains"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.ci.variables import other, pushed, tag
from helmforge.domain.event import Event, EventKind

if TYPE_CHECKING:
    from helmforge.adapters.ci.variables import Variables

_PROVIDER = "gitlab"
# `web`: somebody pressed "Run pipeline"
_PUSHES = {"", "push", "parent_pipeline", "web"}


def event(variables: Variables) -> Event:
    if variables.get("CI_MERGE_REQUEST_IID"):
        return _merge_request(variables)
    if variables.get("CI_COMMIT_TAG"):
        return tag(f"refs/tags/{variables.get('CI_COMMIT_TAG')}", _PROVIDER)
    source = variables.get("CI_PIPELINE_SOURCE")
    if source not in _PUSHES:
        raise other(source, "CI_PIPELINE_SOURCE")
    branch, commit = variables.required("CI_COMMIT_BRANCH"), variables.commit("CI_COMMIT_SHA")
    return pushed(branch, commit, variables.commit("CI_COMMIT_BEFORE_SHA"), provider=_PROVIDER)


def _merge_request(variables: Variables) -> Event:
    """Also of a merge train: its commit is the merge on top of those that wait before it."""
    projects = [variables.get(f"CI_MERGE_REQUEST_{name}") for name in ("SOURCE_PROJECT_ID", "PROJECT_ID")]
    return Event(
        EventKind.PULL_REQUEST,
        variables.required("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        variables.commit("CI_COMMIT_SHA"),
        target=variables.required("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        provider=_PROVIDER,
        source=variables.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"),  # of merged results only
        fork=projects[0] != projects[1],
    )
