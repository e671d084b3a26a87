"""From changed files to services: first what they concern directly, then along the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.affected.graph import Link, NodeKind, Reason, service_node
from helmforge.domain.affected.growing import IN
from helmforge.domain.affected.places import owners, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from helmforge.domain.affected.graph import Edge, Graph, Input, Node
    from helmforge.domain.affected.places import Place
    from helmforge.domain.changes import Changed, Ignore
    from helmforge.domain.names import ServiceName
    from helmforge.domain.settings import Service

    Origins = dict[Node, tuple[str, tuple[Link, ...]]]

OWN = "its own file"
_FORMER = "its own file before"
_CONFIGURATION = "helmforge.yaml"
_ALL = "the configuration of all services"
_ATTRIBUTES = ".gitattributes"


def affected(changed: Iterable[Changed], graph: Graph, ignore: Ignore) -> tuple[Reason, ...]:
    """One reason for each affected service, in the order of `graph.services`.

    A file belongs to the service with the longest folder above it. Whoever depends on what is affected is
    affected with it, through any number of nodes, circles included. A service's own file explains more than
    a dependency, so it wins; after that the shortest way explains.
    """
    every = tuple(changed)
    if any(one.path == _CONFIGURATION for one in every):
        link = tuple((name, (Link(service_node(name), _ALL),)) for name in graph.services)
        return tuple(Reason(name, _CONFIGURATION, _ALL, chain) for name, chain in link)
    found = _direct(every, graph, ignore)
    _spread(found, graph.edges)
    return tuple(_reasons(found, graph.services))


def everything(services: Iterable[Service], why: str) -> tuple[Reason, ...]:
    """All services, for want of something to compare with."""
    return tuple(Reason(service.name, "", why) for service in services)


def _reasons(found: Origins, services: Sequence[ServiceName]) -> Iterator[Reason]:
    for name in services:
        origin = found.get(service_node(name))
        if origin is not None:
            path, chain = origin
            yield Reason(name, path, _told(chain), chain)


def _told(chain: Sequence[Link]) -> str:
    """The last service before, and how it matters; what lies between is in the chain."""
    *before, last = chain
    for at in reversed(range(len(before))):
        if before[at].node.kind is NodeKind.SERVICE:
            how = next(link.via for link in chain[at + 1 :] if link.via != IN)
            return f"{how.split(' ', 1)[0]} the service {before[at].node.name}"
    return before[-1].via if before and last.via in {"build", "chart"} else last.via


def _direct(changed: Sequence[Changed], graph: Graph, ignore: Ignore) -> Origins:
    root = places(graph)
    earlier = [owners(folders) for folders in graph.former]
    own: Origins = {}
    others: Origins = {}
    for one in changed:
        path = _reach(one.path)
        whole = one.opaque or path != one.path
        weak, fixed = not ignore.skips(one.path), not ignore.names(one.path)
        if weak:
            for node, via in _owned(root, earlier, path, whole=whole):
                own.setdefault(node, (one.path, (Link(node, via),)))
        for entry in _concerned(root, path, whole=whole) if fixed else ():
            if entry.node not in others and (weak or entry.fixed) and _takes(entry, path, opaque=whole):
                others[entry.node] = (one.path, (Link(entry.node, entry.via),))
    return own | {node: origin for node, origin in others.items() if node not in own}


def _reach(path: str) -> str:
    """Attributes say how files come into the work tree (line ends, filters): all below them may differ."""
    folder, _, name = path.rpartition("/")
    return folder if name == _ATTRIBUTES else path


def _takes(entry: Input, path: str, *, opaque: bool) -> bool:
    inside = not entry.place or path.startswith(f"{entry.place}/")
    return entry.selection is None or not inside or not path or entry.selection.takes(path, opaque=opaque)


def _concerned(root: Place, path: str, *, whole: bool) -> Iterator[Input]:
    for place in root.along(path):
        yield from place.inputs
    for place in _behind(root, path) if whole else ():
        yield from place.inputs


def _owned(root: Place, earlier: Sequence[Place], path: str, *, whole: bool) -> Iterator[tuple[Node, str]]:
    for tree, via in ((root, OWN), *((tree, _FORMER) for tree in earlier)):
        owner = None
        for place in tree.along(path):
            owner = place.owner or owner
        if owner is not None:
            yield service_node(owner), via
        for place in _behind(tree, path) if whole else ():
            if place.owner is not None:
                yield service_node(place.owner), via


def _behind(root: Place, path: str) -> Iterator[Place]:
    place = root.find(path)
    return place.beneath() if place is not None else iter(())


def _spread(found: Origins, edges: Iterable[Edge]) -> None:
    """Breadth first, so that the shortest way explains."""
    leading: dict[Node, list[Edge]] = {}
    for edge in edges:
        leading.setdefault(edge.source, []).append(edge)
    waiting = list(found)
    for node in waiting:  # grows while it is read
        path, chain = found[node]
        for edge in leading.get(node, ()):
            if edge.target not in found:
                found[edge.target] = (path, (*chain, Link(edge.target, edge.via)))
                waiting.append(edge.target)
