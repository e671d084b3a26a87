"""All paths that anybody owns or depends on, as a tree: the cost of a changed file is its depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.domain.affected.graph import Graph, Input
    from helmforge.domain.names import ServiceName

_NOTHING = ("", ".")


@dataclass
class Place:
    owner: ServiceName | None = None
    inputs: list[Input] = field(default_factory=list)
    below: dict[str, Place] = field(default_factory=dict)

    def at(self, path: str) -> Place:
        place = self
        for part in path.split("/"):
            if part not in _NOTHING:
                place = place.below.get(part) or place.below.setdefault(part, Place())
        return place

    def along(self, path: str) -> Iterator[Place]:
        """From the root down to `path`, as far as there are places."""
        place: Place | None = self
        rest = path
        while place is not None:
            yield place
            part, _, rest = rest.partition("/")
            place = place.below.get(part)

    def beneath(self) -> Iterator[Place]:
        for place in self.below.values():
            yield place
            yield from place.beneath()

    def sole_owner(self, path: str) -> ServiceName | None:
        """Whose the folder `path` is with all in it; None when parts of it are other services'."""
        owner = None
        for place in self.along(path):
            owner = place.owner or owner
        found = self.find(path)
        inner = found is not None and any(place.owner for place in found.beneath())
        return None if inner else owner

    def find(self, path: str) -> Place | None:
        place: Place | None = self
        for part in path.split("/"):
            if place is None:
                return None
            place = place.below.get(part) if part not in _NOTHING else place
        return place


def places(graph: Graph) -> Place:
    root = owners(graph.owners)
    for one in graph.inputs:
        root.at(one.place).inputs.append(one)
    return root


def owners(folders: Mapping[str, ServiceName]) -> Place:
    root = Place()
    for folder, owner in folders.items():
        root.at(folder).owner = owner
    return root
