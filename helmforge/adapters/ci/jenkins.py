"""Jenkins multibranch jobs. Source: `/env-vars.html` (Branch API and Git plugins)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.ci.variables import pushed, tag
from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.adapters.ci.variables import Variables

_PROVIDER = "jenkins"


def event(variables: Variables) -> Event:
    if variables.get("TAG_NAME"):
        return tag(f"refs/tags/{variables.get('TAG_NAME')}", _PROVIDER)
    name = variables.get("BRANCH_NAME")
    if not name:
        raise UsageError(
            "this Jenkins job does not say which branch it builds",
            where="BRANCH_NAME",
            why="only multibranch pipelines set it",
            hint="make the job a multibranch pipeline, or say what to do: --event and --ref",
        )
    commit = variables.commit("GIT_COMMIT")
    if variables.get("CHANGE_ID"):
        return Event(
            EventKind.PULL_REQUEST,
            variables.get("CHANGE_BRANCH") or name,  # some branch sources set only the target
            commit,
            target=variables.required("CHANGE_TARGET"),
            provider=_PROVIDER,
            fork=bool(variables.get("CHANGE_FORK")),
        )
    before = variables.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT") or variables.commit("GIT_PREVIOUS_COMMIT")
    return pushed(name, commit, before, provider=_PROVIDER)
