"""GitLab makes the jobs of a pipeline before any of them runs, so the services that are affected get a
pipeline of their own: a child, written while its parent runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.event import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.settings import Ci, Service

_REPLACEABLE = {Flow.FEATURE, Flow.PULL_REQUEST, Flow.IGNORED}


@dataclass(frozen=True)
class ChildAnswers:
    """`event` is what `--event` says, or empty. When not `interruptible`, a newer commit does not cancel it.
    `version` is that of helmforge.
    """

    version: str
    services: tuple[str, ...]
    event: str
    interruptible: bool
    ci: Ci


def child_answers(services: Iterable[Service], flow: Flow, event: str, version: str, ci: Ci) -> ChildAnswers:
    names = tuple(service.name for service in services)
    return ChildAnswers(version, names, event, flow in _REPLACEABLE, ci)
