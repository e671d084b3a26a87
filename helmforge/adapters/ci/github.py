"""GitHub Actions. Sources: "Variables reference", "Events that trigger workflows", "Webhook events and
payloads".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.ci.event_file import event_file, table
from helmforge.adapters.ci.variables import HEADS, deleted, oid, other, pushed, tag
from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.adapters.ci.variables import Variables

_NAME, _PATH = "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"
_FILE = f"in the file of {_PATH}"
_PROVIDER = "github"
_TAGS = "refs/tags/"


def event(variables: Variables) -> Event:
    name = variables.required(_NAME)
    if name == "pull_request":
        return _pull_request(variables)
    if name == "pull_request_target":
        raise UsageError(
            f"nothing is done for {name}",
            where=_NAME,
            why="it gives the code of a pull request, also of a fork, the secrets of the trunk",
            hint="on: pull_request, in place of pull_request_target",
        )
    if name == "merge_group":
        return _merge_group(variables)
    if name == "delete":
        ref = event_file(variables.required(_PATH)).get("ref")
        return deleted(ref if isinstance(ref, str) else "a branch", _PROVIDER)
    if name in {"push", "workflow_dispatch"}:
        return _push(variables, name)
    raise other(name, _NAME)


def _pull_request(variables: Variables) -> Event:
    """GITHUB_SHA is the merge into the target: what actions/checkout leaves in the work tree."""
    path = variables.get(_PATH)
    request = table(event_file(path), "pull_request") if path else {}
    head = table(request, "head")
    return Event(
        EventKind.PULL_REQUEST,
        variables.required("GITHUB_HEAD_REF"),
        variables.commit("GITHUB_SHA"),
        target=variables.required("GITHUB_BASE_REF"),
        provider=_PROVIDER,
        source=oid(head.get("sha", ""), f"pull_request.head.sha {_FILE}"),
        fork=_from_fork(head, table(request, "base"), variables.get("GITHUB_REPOSITORY")),
    )


def _from_fork(head: Mapping[str, object], base: Mapping[str, object], own: str) -> bool:
    """A fork that was deleted since has `repo: null`."""
    if "repo" not in head:
        return False
    name = table(head, "repo").get("full_name")
    return not isinstance(name, str) or name != (table(base, "repo").get("full_name") or own)


def _merge_group(variables: Variables) -> Event:
    """What a merge queue wants to know before it moves the trunk: a pull request without a number."""
    group = table(event_file(variables.required(_PATH)), "merge_group")
    target = group.get("base_ref")
    if not isinstance(target, str) or not target.startswith(HEADS):
        raise other("merge_group", _NAME, f"merge_group.base_ref {_FILE} does not say where it goes")
    return Event(
        EventKind.PULL_REQUEST,
        variables.required("GITHUB_REF").removeprefix(HEADS),
        variables.commit("GITHUB_SHA"),
        target=target.removeprefix(HEADS),
        provider=_PROVIDER,
    )


def _push(variables: Variables, name: str) -> Event:
    """A run by hand is like a push of the branch, of which nobody knows what was before."""
    ref = variables.required("GITHUB_REF")
    if ref.startswith(_TAGS):
        return tag(ref, _PROVIDER)
    if not ref.startswith(HEADS):
        raise other(f"{name} of {ref}", _NAME)
    branch, commit = ref.removeprefix(HEADS), variables.commit("GITHUB_SHA")
    if name != "push":
        return pushed(branch, commit, provider=_PROVIDER)
    file = event_file(variables.required(_PATH))
    if file.get("deleted") is True:
        return deleted(branch, _PROVIDER)
    return pushed(branch, commit, oid(file.get("before", ""), f"before {_FILE}"), provider=_PROVIDER)
