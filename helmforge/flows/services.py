"""`helmforge services`: all of them, or those that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.flows import comparison
from helmforge.flows.affected import find, graph_of
from helmforge.flows.configuration import load_services

if TYPE_CHECKING:
    from helmforge.domain.affected import Graph, Reason
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Git


@dataclass(frozen=True)
class Listing:
    """`bases` are the commits that were compared with; without any, `why` says why all services are listed.
    `graph` is that of the whole repository, when it was asked for.
    """

    services: tuple[Service, ...]
    reasons: tuple[Reason, ...] = ()
    bases: tuple[str, ...] = ()
    why: str = ""
    graph: Graph | None = None


def listing(git: Git, settings: Settings, since: str, *, drawn: bool) -> Listing:
    """Without `since`: every service. UsageError when `since` names no commit."""
    known = load_services(git, settings)
    graph = graph_of(git, settings, known) if drawn and git.commit("HEAD") is not None else None
    if not since:
        return Listing(known, graph=graph)
    compared = comparison.since(git, since, "--since")
    reasons = find(git, settings, known, compared).reasons
    names = {reason.service for reason in reasons}
    chosen = tuple(service for service in known if service.name in names)
    return Listing(chosen, reasons, compared.bases, "" if compared.bases else compared.why, graph)
