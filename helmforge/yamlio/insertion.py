"""Where a key goes that is not there yet, so that nothing around it moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.yamlio.nodes import Alias, Mapping, Scalar, Sequence
from helmforge.yamlio.writing import quoted, scalar

if TYPE_CHECKING:
    from helmforge.yamlio.nodes import Node

_INDENT = 2
_NEWLINE = re.compile(r"\r\n|\n|\r")
_DOCUMENT_END = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)


def append(text: str, root: Mapping | Node | None, path: tuple[str, ...], value: str) -> str:
    """A key of the document itself goes to its end, before `...`. `root` is None or a null without keys."""
    if isinstance(root, Mapping) and (root.flow or _ends_open(root, text)):
        return insert(text, root, path, value)
    column = _entry(text, root)[1] if isinstance(root, Mapping) else 0
    start = root.span.end if isinstance(root, Mapping) else root.span.start if root else 0
    marker = _DOCUMENT_END.search(text, start)
    end = marker.start() if marker else len(text)
    newline = _newline(text)
    gap = newline if text[:end] and text[end - 1] not in "\r\n\ufeff" else ""
    return text[:end] + gap + _block(path, value, column, newline) + text[end:]


def insert(text: str, parent: Mapping, path: tuple[str, ...], value: str) -> str:
    """A new key of a nested mapping comes first: the only place whose indentation is sure."""
    if parent.flow:
        return _insert_flow(text, parent, path, value)
    start, column = _entry(text, parent)
    lines = _block(path, value, column, _newline(text))
    return text[:start] + lines.lstrip(" ") + " " * column + text[start:]


def flow(path: tuple[str, ...], value: str, *, json: bool = False) -> str:
    """`{a: {b: "value"}}`, and the value alone for an empty path."""
    if not path:
        return quoted(value)
    return f"{{{quoted(path[0]) if json else scalar(path[0])}: {flow(path[1:], value, json=json)}}}"


def _insert_flow(text: str, parent: Mapping, path: tuple[str, ...], value: str) -> str:
    """In JSON the new key is quoted, as its neighbours are."""
    brace = text.index("{", parent.span.start) + 1
    json = bool(parent.keys) and parent.keys[0].style == '"'
    entry = flow(path, value, json=json)[1:-1]
    if parent.keys:
        entry += "," if text[brace : brace + 1].isspace() else ", "
    return text[:brace] + entry + text[brace:]


def _entry(text: str, parent: Mapping) -> tuple[int, int]:
    """Where the first entry of a block mapping begins, and its column: at its key, or the `?` before it."""
    first = parent.keys[0].span
    line = first.start - first.column
    mark = text[line : first.start].rstrip(" \t")
    return (line + len(mark) - 1, len(mark) - 1) if mark.endswith("?") else (first.start, first.column)


def _ends_open(node: Node, text: str) -> bool:
    """Whether the text ends inside a block scalar, to which a newline would be added as well."""
    last = node
    while isinstance(last, Mapping | Sequence):
        children = last.values if isinstance(last, Mapping) else last.items
        if not children:
            return False
        last = children[-1]
    if isinstance(last, Alias) or not isinstance(last, Scalar):
        return False
    return last.style in {"|", ">"} and last.span.end >= len(text) and text[-1:] not in {"\n", "\r"}


def _block(path: tuple[str, ...], value: str, column: int, newline: str) -> str:
    lines = [f"{' ' * (column + depth * _INDENT)}{scalar(key)}:" for depth, key in enumerate(path)]
    return newline.join(lines) + f" {quoted(value)}{newline}"


def _newline(text: str) -> str:
    found = _NEWLINE.search(text)
    return found[0] if found else "\n"
