"""Changes of single values that leave every other character of a file as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from helmforge.errors import ConfigError
from helmforge.yamlio.composing import compose
from helmforge.yamlio.insertion import append, flow, insert
from helmforge.yamlio.nodes import Alias, Mapping, Scalar, Sequence, plain_data
from helmforge.yamlio.writing import quoted, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Changes

    from helmforge.yamlio.nodes import Node, Span

_LINE_END = re.compile(r"(\r\n|\n|\r)\Z")
_BLOCK_COMMENT = re.compile(r"[^\r\n]*?[|>][^\s#]*(?P<comment>(?:[ \t]+#[^\r\n]*)?)")


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
        raise _tangled(name, root, changes)
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
    if node is None or (_is_empty(node) and node.span.start == node.span.end):
        return append(text, node, path, value)
    root = node
    for depth, key in enumerate(path):
        if _is_empty(node):
            return _fill(text, node, flow(path[depth:], value))
        if not isinstance(node, Mapping):
            raise _immovable(name, path, node)
        place = node.index(key)
        if place is None:
            rest = path[depth:]
            return append(text, node, rest, value) if node is root else insert(text, node, rest, value)
        node = node.values[place]
    if not isinstance(node, Scalar) or node.anchored:
        raise _immovable(name, path, node)
    return _fill(text, node, _written(value, node))


def _is_empty(node: Node) -> bool:
    """A key without a value: `annotations:` or `annotations: null`."""
    return isinstance(node, Scalar) and node.value is None and not node.anchored


def _fill(text: str, node: Node, new: str) -> str:
    span: Span = node.span
    old = text[span.start : span.end]
    gap = " " if span.start and text[span.start - 1] == ":" else ""
    end = _LINE_END.search(old)  # a block scalar ends after its line, and may have a comment in its first
    block = isinstance(node, Scalar) and node.style in {"|", ">"}
    header = _BLOCK_COMMENT.match(old) if block else None
    comment = header["comment"] if header else ""
    return text[: span.start] + gap + new + comment + (end[0] if end else "") + text[span.end :]


def _written(value: str, before: Scalar) -> str:
    if before.style == "'" and value.isprintable():
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return scalar(value) if before.style == "" and before.value is not None else quoted(value)


def _immovable(name: str, path: tuple[str, ...], node: Node) -> ConfigError:
    shown = ".".join(path)
    kind = "an alias" if isinstance(node, Alias) else "not a value of its own"
    return ConfigError(
        f"cannot set {shown} in {name}",
        where=f"{name}:{node.span.line} {shown}",
        why=f"what stands there is {kind}",
        hint="write a plain value, without anchors and aliases",
    )


def _tangled(name: str, root: Node | None, changes: Changes[tuple[str, ...], str]) -> ConfigError:
    """The edited file would not say what it should: most often an alias repeats what was changed."""
    shared = [path for path in changes if root is not None and _repeats(root, path)]
    why = "an alias repeats what stands there" if shared else "its layout is unusual"
    shown = ".".join(shared[0] if shared else next(iter(changes)))
    hint = "write it out instead of the alias" if shared else "write one `key: value` per line"
    return ConfigError(f"cannot set {shown} in {name}", where=name, why=why, hint=hint)


def _repeats(root: Node, path: tuple[str, ...]) -> bool:
    """Whether an alias stands for something on the way to `path`."""
    way: list[Node] = [root]
    for key in path:
        node = way[-1]
        place = node.index(key) if isinstance(node, Mapping) else None
        if place is None or not isinstance(node, Mapping):
            break
        way.append(node.values[place])
    return any(alias.target is node for alias in _aliases(root) for node in way)


def _aliases(node: Node) -> Iterator[Alias]:
    if isinstance(node, Alias):
        yield node
    children = node.values if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ()
    for child in children:
        yield from _aliases(child)
