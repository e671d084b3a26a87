"""What happens while a plan runs. Renderers turn these values into text; flows only emit them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.errors import HelmforgeError

Facts: TypeAlias = "Mapping[str, str]"
"""What a step found or made, for people and machines: digests, URLs, revisions."""


class Status(Enum):
    DONE = "done"
    SKIPPED = "skipped"  # already true, or nothing to do: the reason says which
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # by a signal, on its way: it may or may not have had its effect
    NOT_DONE = "not done"  # a step that it needs failed, or an interruption came first


@dataclass(frozen=True)
class Outcome:
    """How a step ended. `seconds` of wall time; `reason` for everything but DONE; `effect` when it was
    a step that changes the world (or found it changed), not one that only looks.
    """

    status: Status
    facts: Facts = field(default_factory=dict)
    reason: str = ""
    error: HelmforgeError | None = None
    seconds: float = 0.0
    effect: bool = False

    @property
    def good(self) -> bool:
        return self.status in {Status.DONE, Status.SKIPPED}


@dataclass(frozen=True)
class StepStarted:
    id: str
    service: str
    title: str


@dataclass(frozen=True)
class StepOutput:
    """One line of a tool. Hostile text: renderers neutralise it."""

    id: str
    service: str
    line: str


@dataclass(frozen=True)
class StepFinished:
    id: str
    service: str
    title: str
    outcome: Outcome


RunEvent: TypeAlias = "StepStarted | StepOutput | StepFinished"
Sink: TypeAlias = "Callable[[RunEvent], None]"
