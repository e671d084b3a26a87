"""Azure Pipelines. Source: "Use predefined variables"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.ci.variables import HEADS, other, pushed, tag
from helmforge.domain.event import Event, EventKind

if TYPE_CHECKING:
    from helmforge.adapters.ci.variables import Variables

_PROVIDER = "azure"
_PUSHES = {"IndividualCI", "BatchedCI", "Manual"}


def event(variables: Variables) -> Event:
    reason, commit = variables.required("BUILD_REASON"), variables.commit("BUILD_SOURCEVERSION")
    if reason == "PullRequest":
        return _pull_request(variables, commit)
    ref = variables.required("BUILD_SOURCEBRANCH")
    if reason in _PUSHES and ref.startswith("refs/tags/"):
        return tag(ref, _PROVIDER)
    if reason not in _PUSHES or not ref.startswith(HEADS):
        raise other(f"{reason} of {ref}", "BUILD_REASON and BUILD_SOURCEBRANCH")
    return pushed(ref.removeprefix(HEADS), commit, provider=_PROVIDER)


def _pull_request(variables: Variables, commit: str) -> Event:
    branch, target = (
        # documented as refs/heads/x, short for repositories on GitHub
        variables.required(f"SYSTEM_PULLREQUEST_{end}").removeprefix(HEADS)
        for end in ("SOURCEBRANCH", "TARGETBRANCH")
    )
    return Event(
        EventKind.PULL_REQUEST,
        branch,
        commit,
        target=target,
        provider=_PROVIDER,
        source=variables.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID"),
        fork=variables.get("SYSTEM_PULLREQUEST_ISFORK").lower() == "true",
    )
