"""`approvals:` of an environment, and the `teams:` that it may name."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from helmforge.config import values
from helmforge.config.values import objection
from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.names import nearest
from helmforge.domain.settings import DeployWhen
from helmforge.domain.window import Freeze, Hours, Window
from helmforge.errors import UsageError
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

_TEAM = "team:"
_NOT_WITH_CI = ("required", "from", "notAuthor", "signed", "expires", "allowedSigners", "keyring")


def parse_approvals(data: dict[str, Any], teams: Mapping[str, Sequence[str]]) -> ApprovalPolicy:
    return ApprovalPolicy(
        required=int(data.get("required", ApprovalPolicy.required)),
        approvers=_people(data.get("from", ApprovalPolicy.approvers), teams),
        not_author=data.get("notAuthor", ApprovalPolicy.not_author),
        signed=data.get("signed", ApprovalPolicy.signed),
        expires=values.parse_duration(data["expires"]) if "expires" in data else ApprovalPolicy.expires,
        soak=values.parse_duration(data["soak"]) if "soak" in data else ApprovalPolicy.soak,
        window=_window(data["window"]) if "window" in data else ApprovalPolicy.window,
        hold=data.get("hold", ApprovalPolicy.hold),
        by_ci=data.get("by") == "ci",
        allowed_signers=values.parse_path(data.get("allowedSigners", ApprovalPolicy.allowed_signers)),
        keyring=values.parse_path(data.get("keyring", ApprovalPolicy.keyring)),
    )


def _people(entries: Sequence[str], teams: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Each address once, in the order of the file."""
    found: dict[str, str] = {}
    for entry in entries:
        for email in _members(entry, teams) if entry.startswith(_TEAM) else (entry,):
            found.setdefault(email.lower(), email)
    return tuple(found.values())


def _members(entry: str, teams: Mapping[str, Sequence[str]]) -> Sequence[str]:
    name = entry.removeprefix(_TEAM)
    if name not in teams:
        guess = nearest(name, list(teams))
        raise UsageError(
            f"there is no team {name!r} in `teams`", why=f"did you mean {guess!r}?" if guess else ""
        )
    return teams[name]


def _window(data: dict[str, Any]) -> Window:
    return Window(
        tuple(Hours.parse(text) for text in data.get("allow", ())),
        tuple(Freeze.parse(text) for text in data.get("freeze", ())),
        _zone(data.get("zone", "UTC")),
    )


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise UsageError("it is not the name of a time zone") from None
    except KeyError:
        why = "names look like Europe/Berlin; a machine without any needs the package tzdata"
        raise UsageError("this machine does not know it", why=why) from None


def approval_rules(
    path: tuple[str, ...], data: dict[str, Any], deploy: str, teams: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """`data` is valid by the schema."""
    if deploy != DeployWhen.ON_APPROVAL.value:
        yield Problem(path, f"expected no approvals, got some: nobody is asked with `deploy: {deploy}`")
    yield from _people_rules(path, data, teams)
    yield from _window_rules((*path, "window"), data.get("window", {}))
    for key in ("allowedSigners", "keyring"):
        if key in data:
            yield from objection((*path, key), "a path inside the repository", values.parse_path, data[key])
    if data.get("by") == "ci":
        for key in _NOT_WITH_CI:
            if key in data:
                yield Problem((*path, key), "expected none: with `by: ci` the CI system decides who approves")


def _people_rules(
    path: tuple[str, ...], data: dict[str, Any], teams: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    entries = data.get("from", [])
    unknown = [
        problem
        for index, entry in enumerate(entries)
        for problem in objection(
            (*path, "from", index), "an approver", lambda one: _people([one], teams), entry
        )
    ]
    yield from unknown
    people = () if unknown else _people(entries, teams)
    required = data.get("required", ApprovalPolicy.required)
    if people and required > len(people):
        most = f"at most {len(people)}, as many as `from` names"
        yield Problem((*path, "required"), f"expected {most}, got {required}")


def _window_rules(path: tuple[str, ...], data: dict[str, Any]) -> Iterator[Problem]:
    for index, text in enumerate(data.get("allow", ())):
        yield from objection((*path, "allow", index), "hours of the week", Hours.parse, text)
    for index, text in enumerate(data.get("freeze", ())):
        yield from objection((*path, "freeze", index), "a freeze", Freeze.parse, text)
    if "zone" in data:
        yield from objection((*path, "zone"), "a time zone", _zone, data["zone"])
