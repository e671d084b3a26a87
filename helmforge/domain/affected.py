"""Which services a set of changed files concerns, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from helmforge.domain.names import ServiceName
    from helmforge.domain.settings import Service

_CONFIGURATION = "helmforge.yaml"
_OWN = "its own file"
_NOTHING = ("", ".")
_ALL = "the configuration of all services"


@dataclass(frozen=True)
class Reason:
    """`path` is the changed file, "" when there is none; `via` says how it concerns the service."""

    service: ServiceName
    path: str
    via: str


def affected(changed: Iterable[str], services: Iterable[Service]) -> tuple[Reason, ...]:
    """One reason for each affected service, in the order of `services`.

    A file belongs to the service with the longest folder above it. `depends_on` holds folders, files
    and names of services. Whoever depends on a service (by name, or by a folder around its own) is
    affected with it, through any number of services, circles included.
    """
    every, paths = tuple(services), tuple(changed)
    if _CONFIGURATION in paths:
        return tuple(Reason(service.name, _CONFIGURATION, _ALL) for service in every)
    tree = _tree(every)
    reasons = _direct(paths, tree)
    _spread(reasons, _dependents(tree, every))
    return tuple(reasons[service.name] for service in every if service.name in reasons)


def everything(services: Iterable[Service], why: str) -> tuple[Reason, ...]:
    """All services, for want of something to compare with."""
    return tuple(Reason(service.name, "", why) for service in services)


@dataclass
class _Node:
    """A folder or file in the tree of all paths that anybody owns or depends on."""

    owner: ServiceName | None = None
    dependents: list[ServiceName] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)

    def at(self, path: str) -> _Node:
        node = self
        for part in path.split("/"):
            if part not in _NOTHING:
                node = node.below.get(part) or node.below.setdefault(part, _Node())
        return node

    def along(self, path: str) -> Iterator[_Node]:
        """The nodes from the root down to `path`, as far as they exist."""
        node: _Node | None = self
        rest = path
        while node is not None:
            yield node
            part, _, rest = rest.partition("/")
            node = node.below.get(part)

    def owners(self) -> Iterator[ServiceName]:
        """The services whose folder is this one or below it."""
        if self.owner is not None:
            yield self.owner
        for node in self.below.values():
            yield from node.owners()


def _tree(services: Sequence[Service]) -> _Node:
    root = _Node()
    for service in services:
        root.at(service.folder).owner = service.name
        for dependency in service.depends_on:
            root.at(dependency).dependents.append(service.name)
    return root


def _direct(paths: Iterable[str], tree: _Node) -> dict[ServiceName, Reason]:
    """A service's own file explains more than a dependency, so it wins whatever comes first."""
    own: dict[ServiceName, Reason] = {}
    others: dict[ServiceName, Reason] = {}
    for path in paths:
        owner = None
        for node in tree.along(path):
            owner = node.owner or owner
            for dependent in node.dependents:
                if dependent not in others:
                    others[dependent] = Reason(dependent, path, "dependsOn")
        if owner is not None and owner not in own:
            own[owner] = Reason(owner, path, _OWN)
    return others | own


def _dependents(tree: _Node, services: Sequence[Service]) -> dict[str, list[ServiceName]]:
    """Service -> the services that depend on it."""
    found: dict[str, list[ServiceName]] = {}
    names = {service.name for service in services}
    for service in services:
        for dependency in service.depends_on:
            targets = {dependency} if dependency in names else set(tree.at(dependency).owners())
            for target in targets - {service.name}:
                found.setdefault(target, []).append(service.name)
    return found


def _spread(reasons: dict[ServiceName, Reason], dependents: dict[str, list[ServiceName]]) -> None:
    """Breadth first, so that the shortest way explains."""
    waiting = list(reasons)
    for name in waiting:  # grows while it is read
        for dependent in dependents.get(name, ()):
            if dependent not in reasons:
                via = f"dependsOn the service {name}"
                reasons[dependent] = Reason(dependent, reasons[name].path, via)
                waiting.append(dependent)
