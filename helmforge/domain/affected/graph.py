"""Services, folders, Dockerfiles and charts, and what depends on what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.names import ServiceName
    from helmforge.domain.selection import Selection


class NodeKind(StrEnum):
    SERVICE = "service"
    PATH = "path"
    DOCKERFILE = "dockerfile"
    CHART = "chart"


# Tuples, not dataclasses: thousands of them are hashed for each plan, which tuples do in C.
class Node(NamedTuple):
    """`name` is that of the service, or a path. A Dockerfile is one node for each service (`of`) that it
    builds: each has arguments and a target of its own.
    """

    kind: NodeKind
    name: str
    of: str = ""


class Input(NamedTuple):
    """Files that concern `node`: what `selection` takes of the file or folder `place` ("" is the root).

    `fixed` ones go into an image, or are the configuration itself: wildcards in the rules of what to
    ignore do not take them out.
    """

    place: str
    node: Node
    via: str
    selection: Selection | None = None
    fixed: bool = False


class Edge(NamedTuple):
    """When `source` is affected, `target` is."""

    source: Node
    target: Node
    via: str


@dataclass(frozen=True)
class Graph:
    """`owners`: folder ("" is the root) -> the service that owns what no longer folder owns. `former` is the
    same before the change, where it differs: both owners of a file are concerned.
    """

    services: tuple[ServiceName, ...]
    owners: Mapping[str, ServiceName]
    inputs: tuple[Input, ...] = ()
    edges: tuple[Edge, ...] = ()
    former: tuple[Mapping[str, ServiceName], ...] = ()


class Link(NamedTuple):
    """One step of a chain: `node` is concerned, `via` what was before it."""

    node: Node
    via: str


@dataclass(frozen=True)
class Reason:
    """`path` is the changed file, "" when there is none; `via` says how it concerns the service; `chain`
    leads from the file to the service.
    """

    service: ServiceName
    path: str
    via: str
    chain: tuple[Link, ...] = ()


def service_node(name: str) -> Node:
    return Node(NodeKind.SERVICE, name)
