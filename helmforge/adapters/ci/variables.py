"""What the variables of a CI must hold to be believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADS = "refs/heads/"
HINT = "run helmforge on pushes of branches and on pull requests, or say what to do: --event and --ref"
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Variables:
    """The environment of a job. An empty variable is one that is not set."""

    environment: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.environment.get(name, "")

    def required(self, name: str) -> str:
        value = self.get(name)
        if not value:
            raise UsageError("the CI environment is incomplete", where=name, why="it is not set", hint=HINT)
        return value

    def commit(self, name: str) -> str:
        """Empty when it is not set. Raises UsageError for anything but a commit id."""
        return oid(self.get(name), name)


def oid(value: object, where: str) -> str:
    if isinstance(value, str) and (not value or _OID.fullmatch(value)):
        return value
    shown = repr(value[:80]) if isinstance(value, str) else f"a {type(value).__name__}"
    why = "expected 40 hexadecimal digits"
    raise UsageError(f"{shown} is not a commit id", where=where, why=why, hint=HINT)


def pushed(branch: str, commit: str, before: str = "", *, provider: str) -> Event:
    """Of a branch that was deleted there is only the news."""
    if commit and not commit.strip("0"):
        return deleted(branch, provider)
    return Event(EventKind.PUSH, branch, commit, before, provider=provider)


def tag(ref: str, provider: str) -> Event:
    """Releases and approvals push tags: a CI that runs for every tag must not fail because of them."""
    nothing = f"{ref!r} is a tag: only branches and pull requests mean something"
    return Event(EventKind.PUSH, ref, provider=provider, nothing=nothing)


def deleted(branch: str, provider: str) -> Event:
    return Event(EventKind.PUSH, branch, provider=provider, nothing=f"{branch!r} was deleted")


def other(what: str, where: str, why: str = "") -> UsageError:
    return UsageError(f"not a branch or pull request event: {what!r}", where=where, why=why, hint=HINT)
