"""The dependency graph as Mermaid and as SVG. Names are hostile: they end up as text, never as markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from helmforge.cli.printing import clean
from helmforge.domain.affected import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.affected import Graph
    from helmforge.flows.services import Listing

_SHAPES = {
    NodeKind.SERVICE: ('(["', '"])'),
    NodeKind.PATH: ('[/"', '"/]'),
    NodeKind.DOCKERFILE: ('["', '"]'),
    NodeKind.CHART: ('{{"', '"}}'),
}
_FILLS = {
    NodeKind.SERVICE: "#dbeafe",
    NodeKind.PATH: "#fef3c7",
    NodeKind.DOCKERFILE: "#e5e7eb",
    NodeKind.CHART: "#dcfce7",
}
_AFFECTED = "#fca5a5"
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN = 230, 32, 330, 52, 20
_LONGEST = 32
_FONT = 'font-family="sans-serif" font-size="12"'
_ARROW = (
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)
_PLAIN = re.compile(r"[A-Za-z0-9 ./_:-]")


@dataclass(frozen=True)
class _Drawing:
    nodes: tuple[Node, ...]
    edges: tuple[tuple[Node, Node, str], ...]
    marked: frozenset[str]


def mermaid(listing: Listing) -> str:
    """A flowchart, for Markdown."""
    drawing = _drawing(listing)
    names = {node: f"n{at}" for at, node in enumerate(drawing.nodes)}
    lines = ["flowchart LR"]
    for node, name in names.items():
        before, after = _SHAPES[node.kind]
        lines.append(f"  {name}{before}{_mermaid_text(node.name)}{after}")
    lines += [
        f'  {names[source]} -->|"{_mermaid_text(via)}"| {names[target]}'
        for source, target, via in drawing.edges
    ]
    marked = [name for node, name in names.items() if _is_marked(node, drawing)]
    if marked:
        lines += [f"  classDef affected fill:{_AFFECTED}", f"  class {','.join(marked)} affected"]
    return "\n".join(lines)


def svg(listing: Listing) -> str:
    """One column for each step away from what nothing leads to."""
    drawing = _drawing(listing)
    places = _places(drawing)
    width = _MARGIN * 2 + _WIDTH + _ACROSS * max((column for column, _ in places.values()), default=0)
    height = _MARGIN * 2 + _HEIGHT + _DOWN * max((row for _, row in places.values()), default=0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {_FONT}>',
        _ARROW,
        *(_line(places[source], places[target], via) for source, target, via in drawing.edges),
        *(_box(node, place, drawing) for node, place in places.items()),
        "</svg>",
    ]
    return "\n".join(lines)


def _drawing(listing: Listing) -> _Drawing:
    """Without what concerns nobody else: a service's own Dockerfile and chart are not worth a box."""
    graph = listing.graph
    if graph is None:
        return _Drawing((), (), frozenset())
    edges = _edges(graph)
    nodes = [Node(NodeKind.SERVICE, name) for name in graph.services]
    nodes += [node for source, target, _ in edges for node in (source, target)]
    marked = frozenset(str(reason.service) for reason in listing.reasons)
    return _Drawing(tuple(dict.fromkeys(nodes)), tuple(dict.fromkeys(edges)), marked)


def _edges(graph: Graph) -> list[tuple[Node, Node, str]]:
    folders = {str(name): folder for folder, name in graph.owners.items()}
    found = [(edge.source, edge.target, edge.via.partition(" (")[0]) for edge in graph.edges]
    for one in graph.inputs:
        own = folders.get(one.node.of, "") if one.node.of in folders else None
        within = own is not None and (one.place == own or one.place.startswith(f"{own}/" if own else ""))
        if one.node.kind is NodeKind.DOCKERFILE and not within and one.place != one.node.name:
            source = Node(NodeKind.PATH, one.place or ".")
            found.append((source, one.node, one.via.partition(" (")[0]))
    wanted = {target for _, target, _ in found if target.kind is not NodeKind.SERVICE}
    inside = {node for node in wanted if node.kind is not NodeKind.PATH}
    shared = {source for source, target, _ in found if source.kind is NodeKind.CHART and target in inside}
    return [
        (source, target, via)
        for source, target, via in found
        if source.kind in {NodeKind.SERVICE, NodeKind.PATH}
        or source in inside | shared
        or _far(source, target, folders)
    ]


def _far(chart: Node, service: Node, folders: Mapping[str, str]) -> bool:
    """A chart that does not lie in the folder of its service."""
    folder = folders.get(service.name, "")
    return chart.kind is NodeKind.CHART and bool(folder) and not chart.name.startswith(f"{folder}/")


def _places(drawing: _Drawing) -> dict[Node, tuple[int, int]]:
    columns = dict.fromkeys(drawing.nodes, 0)
    for _ in range(min(len(columns), 12)):  # a circle would push its nodes for ever
        for source, target, _via in drawing.edges:
            columns[target] = max(columns[target], min(columns[source] + 1, 12))
    rows: dict[int, int] = {}
    places = {}
    for node, column in columns.items():
        places[node] = (column, rows.get(column, 0))
        rows[column] = rows.get(column, 0) + 1
    return places


def _line(source: tuple[int, int], target: tuple[int, int], via: str) -> str:
    (from_x, from_y), (to_x, to_y) = _corner(source), _corner(target)
    start, end = (from_x + _WIDTH, from_y + _HEIGHT // 2), (to_x, to_y + _HEIGHT // 2)
    return (
        f'<path d="M{start[0]} {start[1]}C{start[0] + 50} {start[1]} {end[0] - 50} {end[1]} '
        f'{end[0]} {end[1]}" '
        f'fill="none" stroke="#555" marker-end="url(#end)"><title>{escape(clean(via))}</title></path>'
    )


def _box(node: Node, place: tuple[int, int], drawing: _Drawing) -> str:
    x, y = _corner(place)
    fill = _AFFECTED if _is_marked(node, drawing) else _FILLS[node.kind]
    name = clean(node.name)
    shown = name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
    return (
        f'<g><title>{escape(name)}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" '
        f'fill="{fill}" stroke="#555"/><text x="{x + 8}" y="{y + 20}">{escape(shown)}</text></g>'
    )


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return _MARGIN + place[0] * _ACROSS, _MARGIN + place[1] * _DOWN


def _is_marked(node: Node, drawing: _Drawing) -> bool:
    return node.kind is NodeKind.SERVICE and node.name in drawing.marked


def _mermaid_text(text: str) -> str:
    """Entities for all that could end a label or mean something to Mermaid or HTML."""
    return "".join(char if _PLAIN.match(char) else f"#{ord(char)};" for char in clean(text))
