"""GitLab makes the jobs of a pipeline before any of them runs, so the services that are affected get a
pipeline of their own: a child, written while its parent runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.event import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.settings import Ci, Service, Settings

_REPLACEABLE = {Flow.FEATURE, Flow.PULL_REQUEST, Flow.IGNORED}


@dataclass(frozen=True)
class ChildAnswers:
    """`event` is what `--event` says, or empty. When not `interruptible`, a newer commit does not cancel it.
    `version` is that of helmforge. With `identity`, jobs get one to sign images with.
    """

    version: str
    services: tuple[str, ...]
    event: str
    interruptible: bool
    ci: Ci
    identity: bool = False


def child_answers(
    services: Iterable[Service], flow: Flow, event: str, version: str, settings: Settings
) -> ChildAnswers:
    """Who has the identity can sign anything, so only what publishes gets it."""
    names = tuple(service.name for service in services)
    replaceable, sign = flow in _REPLACEABLE, settings.provenance.sign
    identity = sign is not None and sign.keyless and not replaceable
    return ChildAnswers(version, names, event, replaceable, settings.ci, identity)
