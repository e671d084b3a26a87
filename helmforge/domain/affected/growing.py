"""The graph of a repository, from its services and from what stands in Dockerfiles and charts."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.domain.affected.graph import Edge, Graph, Input, Node, NodeKind, service_node
from helmforge.domain.affected.places import owners
from helmforge.domain.dockerfile.variables import UNKNOWN
from helmforge.domain.selection import Selection, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from helmforge.domain.dockerfile import BuildInputs, Image, Source
    from helmforge.domain.dockerfile.ignoring import Ignored
    from helmforge.domain.names import ServiceName
    from helmforge.domain.settings import Service

    Part = Input | Edge

IN = "in"


@dataclass(frozen=True)
class ChartDependency:
    """`folder` of the other chart, `written` as Chart.yaml has it."""

    folder: str
    written: str


@dataclass(frozen=True)
class Sources:
    """What was read for the graph.

    `builds` and `hidden` are by service: what its Dockerfile reads, and which .dockerignore files hold.
    `charts` is by folder; None stands for a Chart.yaml that cannot be read. `repositories`: where images live
    -> the service. `former` are, for each base, the services as they were there; `shared` are
    files that concern every image.
    """

    builds: Mapping[ServiceName, BuildInputs] = field(default_factory=dict)
    hidden: Mapping[ServiceName, tuple[tuple[str, Ignored], ...]] = field(default_factory=dict)
    charts: Mapping[str, tuple[ChartDependency, ...] | None] = field(default_factory=dict)
    repositories: Mapping[str, ServiceName] = field(default_factory=dict)
    former: tuple[tuple[Service, ...], ...] = ()
    shared: tuple[str, ...] = ()


def grow(services: Iterable[Service], sources: Sources | None = None) -> Graph:
    """`depends_on` holds folders, files and names of services."""
    every, facts = tuple(services), sources or Sources()
    folders = {_place(service.folder): service.name for service in every}
    parts: dict[Part, None] = {}
    for found in (
        _dependencies(every, folders, facts),
        _builds(every, facts),
        _charts(every, folders, facts),
    ):
        parts.update(dict.fromkeys(found))
    return Graph(
        services=tuple(service.name for service in every),
        owners=folders,
        inputs=tuple(part for part in parts if isinstance(part, Input)),
        edges=tuple(part for part in parts if isinstance(part, Edge) and part.source != part.target),
        former=tuple({_place(one.folder): one.name for one in before} for before in facts.former),
    )


def _place(folder: str) -> str:
    return "" if folder == "." else folder


def _dependencies(
    every: Sequence[Service], folders: Mapping[str, ServiceName], facts: Sources
) -> Iterator[Part]:
    names = {service.name for service in every}
    gone = {service.name for before in facts.former for service in before} - names
    tree = owners(folders)
    for service in every:
        for entry in service.depends_on:
            if entry in names or entry in gone:
                yield Edge(service_node(entry), service_node(service.name), "dependsOn")
            if entry in names:
                continue
            node = Node(NodeKind.PATH, entry)
            yield Input(_place(entry), node, IN)
            yield Edge(node, service_node(service.name), "dependsOn")
            around = tree.find(entry)
            for place in (around, *around.beneath()) if around is not None else ():
                if place.owner is not None:
                    yield Edge(service_node(place.owner), node, IN)


def _builds(every: Sequence[Service], facts: Sources) -> Iterator[Part]:
    names = [*facts.repositories]
    for service in every:
        if not service.has_image:
            continue
        node = Node(NodeKind.DOCKERFILE, service.build.dockerfile, service.name)
        mine = [*_build(service, node, facts), *_bases(service, node, facts, names)]
        if mine:
            yield from mine
            yield Edge(node, service_node(service.name), "build")


def _build(service: Service, node: Node, facts: Sources) -> Iterator[Part]:
    build, place = facts.builds.get(service.name), node.name
    context = _place(service.build.context)
    for path in facts.shared:
        yield Input(path, node, "scan", fixed=True)
    if build is None:
        if context != _place(service.folder):
            yield Input(
                context, node, f"in the build context, and {place} is not there to tell what it reads"
            )
        return
    yield Input(place, node, "the Dockerfile itself", fixed=True)
    if build.doubt:
        yield Input("", node, f"what {place} reads is not clear: {build.doubt}", fixed=True)
        return
    hidden = facts.hidden.get(service.name, ())
    for path, _ in hidden:
        yield Input(path, node, "what the build context hides", fixed=True)
    for source in build.sources:
        yield _source(source, node, context, tuple(ignored for _, ignored in hidden))


def _source(source: Source, node: Node, context: str, hidden: tuple[Ignored, ...]) -> Input:
    inside, parts = split(source.path)
    selection = Selection(context, parts, hidden) if parts or hidden else None
    shown = source.path.replace(UNKNOWN, "*") or "."
    via = f"{source.via} {shown} ({node.name}:{source.line})"
    return Input(posixpath.join(context, inside).rstrip("/"), node, via, selection, fixed=True)


def _bases(service: Service, node: Node, facts: Sources, names: Sequence[str]) -> Iterator[Part]:
    build = facts.builds.get(service.name)
    for image in build.images if build is not None else ():
        for base in _meant(image, facts.repositories, names):
            yield Edge(service_node(base), node, f"{image.via} {base} ({node.name}:{image.line})")
            other = facts.builds.get(base)
            if other is not None and (other.onbuild or other.doubt):
                via = f"ONBUILD of {base} ({node.name}:{image.line})"
                yield Input(_place(service.build.context), node, via, fixed=True)


def _meant(image: Image, repositories: Mapping[str, ServiceName], names: Sequence[str]) -> list[ServiceName]:
    name = image.reference.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    name = folder + slash + last.partition(":")[0]
    if UNKNOWN not in name:
        found = repositories.get(name)
        return [found] if found is not None else []
    pattern = re.compile(re.escape(name).replace(UNKNOWN, ".*"), re.DOTALL)
    return list(dict.fromkeys(repositories[one] for one in names if pattern.fullmatch(one)))


def _charts(every: Sequence[Service], folders: Mapping[str, ServiceName], facts: Sources) -> Iterator[Part]:
    tree = owners(folders)
    for service in every:
        if service.chart not in facts.charts and tree.sole_owner(service.chart) == service.name:
            continue
        node = Node(NodeKind.CHART, service.chart)
        yield Input(_place(service.chart), node, "in the chart")
        yield Edge(node, service_node(service.name), "chart")
    for folder, dependencies in facts.charts.items():
        node = Node(NodeKind.CHART, folder)
        yield Input(_place(folder), node, "in the chart")
        if dependencies is None:
            yield Input("", node, f"what {folder}/Chart.yaml depends on is not clear", fixed=True)
        for one in dependencies or ():
            other = Node(NodeKind.CHART, one.folder)
            yield Input(_place(one.folder), other, "in the chart")
            yield Edge(other, node, f"{one.written} in {folder}/Chart.yaml")
