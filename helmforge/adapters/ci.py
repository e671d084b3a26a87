"""The Git event that a CI system reports in its environment.

Sources: GitHub "Variables reference" and "Events that trigger workflows"; GitLab "Predefined CI/CD
variables"; Azure Pipelines "Predefined variables"; Jenkins `/env-vars.html` (Branch API and Git plugins).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LARGEST_EVENT = 10 * 1024 * 1024  # bytes; GitHub caps webhook payloads at 25 MB, a push is far smaller
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEADS = "refs/heads/"
_HINT = "run helmforge on pushes of branches and on pull requests, or say what to do: --event and --ref"
_GITLAB_PUSHES = {"", "push", "parent_pipeline"}
_AZURE_PUSHES = {"IndividualCI", "BatchedCI"}


class CiEvents:
    """Implements `helmforge.flows.ports.Events` for GitHub Actions, GitLab, Azure Pipelines and Jenkins."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def detect(self) -> Event | None:
        """Raises UsageError for tags, schedules and whatever is neither a push nor a pull request."""
        systems: dict[str, Callable[[], Event]] = {
            "GITHUB_ACTIONS": self._github,
            "GITLAB_CI": self._gitlab,
            "TF_BUILD": self._azure,
            "JENKINS_URL": self._jenkins,
        }
        for mark, read in systems.items():
            if self._environment.get(mark):
                return read()
        return None

    def _github(self) -> Event:
        name = self._required("GITHUB_EVENT_NAME")
        commit = self._commit("GITHUB_SHA")
        if name == "pull_request":
            # GITHUB_SHA is the merge commit: what actions/checkout leaves in the work tree
            branch, target = self._required("GITHUB_HEAD_REF"), self._required("GITHUB_BASE_REF")
            source, fork = self._github_source()
            return Event(EventKind.PULL_REQUEST, branch, commit, "", target, "github", source, fork)
        ref = self._required("GITHUB_REF")
        if name != "push" or not ref.startswith(_HEADS):
            raise _other(f"{name} of {ref}" if name == "push" else name, "GITHUB_EVENT_NAME")
        pushed = _event_file(self._required("GITHUB_EVENT_PATH"))
        if pushed.get("deleted") is True:
            raise _other(f"deletion of {ref}", "GITHUB_EVENT_PATH")
        before = _oid(pushed.get("before", ""), "before in the file of GITHUB_EVENT_PATH")
        return Event(EventKind.PUSH, ref.removeprefix(_HEADS), commit, before, provider="github")

    def _github_source(self) -> tuple[str, bool]:
        """The commit, and whether it is a fork's. A fork that was deleted has no repository any more."""
        path = self._get("GITHUB_EVENT_PATH")
        request = _event_file(path).get("pull_request") if path else None
        head = request.get("head") if isinstance(request, dict) else None
        if not isinstance(head, dict):
            return "", False
        sha = _oid(head.get("sha", ""), "pull_request.head.sha in the file of GITHUB_EVENT_PATH")
        repository = head.get("repo", {})
        name = repository.get("full_name", "") if isinstance(repository, dict) else None
        return sha, name not in {"", self._get("GITHUB_REPOSITORY")}

    def _gitlab(self) -> Event:
        commit = self._commit("CI_COMMIT_SHA")
        if self._get("CI_MERGE_REQUEST_IID"):
            branch = self._required("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
            target = self._required("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
            source = self._commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")  # of merged results only
            projects = {self._get(f"CI_MERGE_REQUEST_{part}PROJECT_ID") for part in ("", "SOURCE_")}
            fork = len(projects) > 1
            return Event(EventKind.PULL_REQUEST, branch, commit, "", target, "gitlab", source, fork)
        source = self._get("CI_PIPELINE_SOURCE")
        if self._get("CI_COMMIT_TAG"):
            raise _other(f"tag {self._get('CI_COMMIT_TAG')}", "CI_COMMIT_TAG")
        if source not in _GITLAB_PUSHES:
            raise _other(source, "CI_PIPELINE_SOURCE")
        branch, before = self._required("CI_COMMIT_BRANCH"), self._commit("CI_COMMIT_BEFORE_SHA")
        return Event(EventKind.PUSH, branch, commit, before, provider="gitlab")

    def _azure(self) -> Event:
        reason, commit = self._required("BUILD_REASON"), self._commit("BUILD_SOURCEVERSION")
        if reason == "PullRequest":
            # documented as refs/heads/x, short for repositories on GitHub
            branch, target = (
                self._required(f"SYSTEM_PULLREQUEST_{end}").removeprefix(_HEADS)
                for end in ("SOURCEBRANCH", "TARGETBRANCH")
            )
            source = self._commit("SYSTEM_PULLREQUEST_SOURCECOMMITID")
            fork = self._get("SYSTEM_PULLREQUEST_ISFORK").lower() == "true"
            return Event(EventKind.PULL_REQUEST, branch, commit, "", target, "azure", source, fork)
        ref = self._required("BUILD_SOURCEBRANCH")
        if reason not in _AZURE_PUSHES or not ref.startswith(_HEADS):
            raise _other(f"{reason} of {ref}", "BUILD_REASON and BUILD_SOURCEBRANCH")
        return Event(EventKind.PUSH, ref.removeprefix(_HEADS), commit, provider="azure")

    def _jenkins(self) -> Event:
        if self._get("TAG_NAME"):
            raise _other(f"tag {self._get('TAG_NAME')}", "TAG_NAME")
        name = self._get("BRANCH_NAME")
        if not name:
            raise UsageError(
                "this Jenkins job does not say which branch it builds",
                where="BRANCH_NAME",
                why="only multibranch pipelines set it",
                hint="make the job a multibranch pipeline, or say what to do: --event and --ref",
            )
        commit = self._commit("GIT_COMMIT")
        if self._get("CHANGE_ID"):
            branch = self._get("CHANGE_BRANCH") or name  # some branch sources set only the target
            target = self._required("CHANGE_TARGET")
            fork = bool(self._get("CHANGE_FORK"))
            return Event(EventKind.PULL_REQUEST, branch, commit, "", target, "jenkins", fork=fork)
        before = self._commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT") or self._commit("GIT_PREVIOUS_COMMIT")
        return Event(EventKind.PUSH, name, commit, before, provider="jenkins")

    def _get(self, name: str) -> str:
        return self._environment.get(name, "")

    def _required(self, name: str) -> str:
        value = self._get(name)
        if not value:
            raise UsageError("the CI environment is incomplete", where=name, why="it is not set", hint=_HINT)
        return value

    def _commit(self, name: str) -> str:
        return _oid(self._get(name), name)


def _oid(value: object, where: str) -> str:
    if isinstance(value, str) and (not value or _OID.fullmatch(value)):
        return value
    what, why = f"{str(value)[:80]!r} is not a commit id", "expected 40 hexadecimal digits"
    raise UsageError(what, where=where, why=why, hint=_HINT)


def _other(what: str, where: str) -> UsageError:
    return UsageError(f"not a branch or pull request event: {what!r}", where=where, hint=_HINT)


def _event_file(path: str) -> Mapping[str, object]:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST_EVENT + 1)
    except (OSError, ValueError) as error:
        raise _bad_event_file(path, f"it cannot be read: {error}") from error
    if len(content) > _LARGEST_EVENT:
        raise _bad_event_file(path, f"it is larger than {_LARGEST_EVENT} bytes")
    try:
        event = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _bad_event_file(path, f"it is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise _bad_event_file(path, "it is not a JSON object")
    return event


def _bad_event_file(path: str, why: str) -> UsageError:
    return UsageError(
        "the event file of GitHub Actions is unusable",
        where=f"GITHUB_EVENT_PATH={path!r}",
        why=why,
        hint=_HINT,
    )
