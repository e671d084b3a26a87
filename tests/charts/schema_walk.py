"""A walk through the schema of a type, and through values together with it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.adapters.templates import JinjaTemplates
from tests.charts.helm import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.scaffolding import ChartAnswers

Schema = dict[str, Any]
Path = tuple[str, ...]
ANY = "*"


@dataclass(frozen=True)
class Place:
    """An object whose keys the template names.

    `path` leads to it in the values. `name` is the same for all places with the same keys: the path with `*`
    for an element of a map or list, or the definition that they share, as `#trackImage`.
    """

    path: Path
    name: Path
    schema: Schema
    values: dict[str, Any]


@dataclass(frozen=True)
class Contract:
    """What the chart of a type promises: values.yaml and values.schema.json, and its templates."""

    values: dict[str, Any]
    schema: Schema
    templates: dict[str, str]

    def resolved(self, node: Schema) -> Schema:
        """With the definition that it refers to; what stands beside the reference wins."""
        target = _definition(node)
        return {**self.schema["definitions"][target], **node} if target else node

    def keys(self) -> dict[Path, Schema]:
        """Everything that can be set: the name of its place and the key -> its schema."""
        found: dict[Path, Schema] = {}
        self._collect(self.schema, (), found)
        return found

    def _collect(self, node: Schema, name: Path, found: dict[Path, Schema]) -> None:
        for key, child in _children(node):
            inner = (*_name(node, name), key)
            if key == ANY or inner not in found:
                resolved = self.resolved(child)
                if key != ANY:
                    found[inner] = resolved
                self._collect(resolved, _name(child, inner), found)

    def places(
        self, values: Any, node: Schema | None = None, path: Path = (), name: Path = ()
    ) -> Iterator[Place]:
        """Where `values` hold such objects."""
        node = self.schema if node is None else self.resolved(node)
        name = _name(node, name)
        if isinstance(values, dict) and "properties" in node:
            yield Place(path, name, node, values)
        children = dict(_children(node))
        entries = (
            enumerate(values)
            if isinstance(values, list)
            else (values.items() if isinstance(values, dict) else ())
        )
        for key, value in entries:
            step = str(key) if str(key) in children else ANY
            if step in children:
                yield from self.places(value, children[step], (*path, str(key)), (*name, step))

    def known(self, values: dict[str, Any], node: Schema | None = None) -> dict[str, Any]:
        """Without the keys that the schema does not know."""
        node = self.schema if node is None else self.resolved(node)
        children, cut = dict(_children(node)), dict[str, Any]()
        for key, value in values.items():
            child = children.get(key, children.get(ANY))
            if child is not None:
                cut[key] = self.known(value, child) if isinstance(value, dict) else value
            elif node.get("additionalProperties") is not False:
                cut[key] = value
        return {key: value for key, value in cut.items() if value != {} or values[key] == {}}

    def name_of(self, path: Path) -> Path:
        """Of a key, as keys() has it. Steps that pass through to Kubernetes become `*`."""
        node = self.schema
        name: Path = ()
        for step in path:
            children = dict(_children(node))
            chosen = step if step in children else ANY
            name = (*_name(node, name), chosen)
            node = self.resolved(children.get(chosen, {}))
        return name

    def promises(self, path: Path) -> bool:
        """Whether a key is in the schema, and in values.yaml where that has the object around it.

        Of the keys of a definition (a probe, a track) values.yaml shows some. Behind an object that is a
        map, or Kubernetes' own, everything is promised.
        """
        node = self.schema
        values: Any = self.values
        for step in path:
            children = dict(_children(node))
            if step not in children and ANY not in children:
                return "properties" not in node or node.get("additionalProperties") is not False
            inline = "properties" in node and not _definition(node)
            if inline and isinstance(values, dict) and step not in values:
                return False
            values = values.get(step) if isinstance(values, dict) else None
            node = self.resolved(children[step if step in children else ANY])
        return True


@functools.cache
def contract(answers: ChartAnswers) -> Contract:
    files = JinjaTemplates().render(answers)
    templates = {path: text for path, text in files.items() if path.startswith("chart/templates/")}
    values, schema = read_yaml(files["chart/values.yaml"]), json.loads(files["chart/values.schema.json"])
    return Contract(values, schema, templates)


def _children(node: Schema) -> Iterator[tuple[str, Schema]]:
    yield from node.get("properties", {}).items()
    for part in ("additionalProperties", "items"):
        if isinstance(node.get(part), dict):
            yield ANY, node[part]


def _definition(node: Schema) -> str:
    return str(node.get("$ref", "")).removeprefix("#/definitions/")


def _name(node: Schema, name: Path) -> Path:
    return (f"#{_definition(node)}",) if _definition(node) else name
