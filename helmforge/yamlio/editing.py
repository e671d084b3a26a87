"""Changes of single values that leave every other character of a file as it is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from helmforge.errors import ConfigError
from helmforge.yamlio.composing import compose
from helmforge.yamlio.nodes import Alias, Mapping, Scalar, plain_data, plain_value

if TYPE_CHECKING:
    from collections.abc import Mapping as Changes

    from helmforge.yamlio.nodes import Node, Span

_INDENT = 2
_UNAMBIGUOUS = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*|[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9.-]+)?")
_YAML_1_1_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})  # Helm's reader still knows them


def apply(text: str, name: str, changes: Changes[tuple[str, ...], str]) -> str:
    """See `helmforge.yamlio.edit`."""
    root = compose(text, name)
    there = {path: node for path in changes if (node := _scalar_at(root, path))}
    edited = text
    for path, node in sorted(there.items(), key=lambda one: one[1].span.start, reverse=True):
        edited = _fill(edited, node, _written(changes[path], node))  # what stands above keeps its place
    for path in (path for path in changes if path not in there):
        edited = _set(edited, name, path, changes[path])
    expected = _plain(root)
    for path, value in changes.items():
        _put(expected, path, value)
    if _data(edited, name) != expected:
        raise ConfigError(
            f"cannot edit {name}",
            where=name,
            why="its layout is unusual",
            hint="write one `key: value` per line",
        )
    return edited


def _data(text: str, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    return _plain(compose(text, name))


def _plain(root: Node | None) -> Any:  # noqa: ANN401 - see _data
    data = None if root is None else plain_data(root)
    return {} if data is None else data


def _put(data: Any, path: tuple[str, ...], value: str) -> None:  # noqa: ANN401 - see _data
    for key in path[:-1]:
        if data.get(key) is None:
            data[key] = {}
        data = data[key]
    data[path[-1]] = value


def _scalar_at(root: Node | None, path: tuple[str, ...]) -> Scalar | None:
    """The value at `path`, when it is a plain one that can be written over."""
    node = root
    for key in path:
        place = node.index(key) if isinstance(node, Mapping) else None
        if place is None or not isinstance(node, Mapping):
            return None
        node = node.values[place]
    return node if isinstance(node, Scalar) and not node.anchored else None


def _set(text: str, name: str, path: tuple[str, ...], value: str) -> str:
    node = compose(text, name)
    if node is None:
        return _append(text, _block(path, value, 0))
    root = node
    for depth, key in enumerate(path):
        if _is_empty(node):
            return _fill(text, node, _flow(path[depth:], value))
        if not isinstance(node, Mapping):
            raise _immovable(name, path, node)
        place = node.index(key)
        if place is None:
            return _add(text, node, path[depth:], value, at_end=node is root)
        node = node.values[place]
    if not isinstance(node, Scalar) or node.anchored:
        raise _immovable(name, path, node)
    return _fill(text, node, _written(value, node))


def _is_empty(node: Node) -> bool:
    """A key without a value: `annotations:`, `annotations: null` or `annotations: {}`."""
    if isinstance(node, Mapping):
        return node.flow and not node.keys
    return isinstance(node, Scalar) and node.value is None and not node.anchored


def _add(text: str, parent: Mapping, path: tuple[str, ...], value: str, *, at_end: bool) -> str:
    """In a nested mapping the new key comes first: the only place whose indentation is sure."""
    if parent.flow:
        brace = text.index("{", parent.span.start) + 1
        return f"{text[:brace]}{_scalar(path[0])}: {_flow(path[1:], value)}, {text[brace:]}"
    first = parent.keys[0].span
    lines = _block(path, value, first.column)
    if at_end:
        return _append(text, lines)
    return text[: first.start] + lines.lstrip(" ") + " " * first.column + text[first.start :]


def _append(text: str, lines: str) -> str:
    return text + ("" if not text or text.endswith("\n") else "\n") + lines


def _fill(text: str, node: Node, new: str) -> str:
    span: Span = node.span
    gap = " " if span.start and text[span.start - 1] == ":" else ""
    end = "\n" if text[span.start : span.end].endswith("\n") else ""  # a block scalar ends after its line
    return text[: span.start] + gap + new + end + text[span.end :]


def _block(path: tuple[str, ...], value: str, column: int) -> str:
    lines = [f"{' ' * (column + depth * _INDENT)}{_scalar(key)}:" for depth, key in enumerate(path)]
    return "\n".join(lines) + f" {_quoted(value)}\n"


def _flow(path: tuple[str, ...], value: str) -> str:
    """`{a: {b: "value"}}`, and the value alone for an empty path."""
    return f"{{{_scalar(path[0])}: {_flow(path[1:], value)}}}" if path else _quoted(value)


def _written(value: str, before: Scalar) -> str:
    if before.style == "'" and value.isprintable():
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return _scalar(value) if before.style == "" and before.value is not None else _quoted(value)


def _scalar(value: str) -> str:
    """Without quotes only when no reader can take it for anything but this text."""
    is_text = isinstance(plain_value(value), str) and value.lower() not in _YAML_1_1_BOOLEANS
    return value if is_text and _UNAMBIGUOUS.fullmatch(value) else _quoted(value)


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)  # a JSON string is a YAML string
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


def _immovable(name: str, path: tuple[str, ...], node: Node) -> ConfigError:
    shown = ".".join(path)
    kind = "an alias" if isinstance(node, Alias) else "not a value of its own"
    return ConfigError(
        f"cannot set {shown} in {name}",
        where=f"{name}:{node.span.line} {shown}",
        why=f"what stands there is {kind}",
        hint="write a plain value, without anchors and aliases",
    )
