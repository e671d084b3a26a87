"""The tree of a YAML document, with the place of each node in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

# YAML 1.2.2, section 10.3.2 (core schema), decimal, hexadecimal and octal
_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"(?P<sign>[-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MOST_DIGITS = 4000  # int() refuses more than 4300

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


def plain_value(text: str) -> str | int | float | bool | None:  # noqa: PLR0911 - one return per core type
    """What an unquoted scalar means. Dates are not in the core schema: they stay text."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text) and len(text) < _MOST_DIGITS:
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if match := _SPECIAL_FLOAT.fullmatch(text):
        return float(f"{match['sign'] or ''}inf") if match["sign"] is not None else float("nan")
    return text


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the text in characters, and the line (from 1) and column (from 0) of the start."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text` is the content without quotes; `style` is `'`, `"`, `|`, `>` or empty (plain)."""

    span: Span
    text: str
    style: str
    anchored: bool
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Sequence:
    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """`flow` is true for `{...}`."""

    span: Span
    flow: bool
    keys: tuple[Scalar, ...]
    values: tuple[Node, ...]

    def index(self, key: str) -> int | None:
        for place, candidate in enumerate(self.keys):
            if candidate.text == key:
                return place
        return None


@dataclass(frozen=True, slots=True)
class Alias:
    """A `*name` and what it stands for."""

    span: Span
    target: Scalar | Sequence | Mapping


Node: TypeAlias = Scalar | Sequence | Mapping | Alias


def plain_data(node: Node) -> Plain:
    """The node as dictionaries, lists and scalars, in the order of the text."""
    if isinstance(node, Alias):
        return plain_data(node.target)
    if isinstance(node, Sequence):
        return [plain_data(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key.text: plain_data(value) for key, value in zip(node.keys, node.values, strict=True)}
    return node.value


def locate(root: Node, path: tuple[str | int, ...]) -> tuple[Node, int]:
    """The node at `path`, or the nearest one above that exists, and the line of its key."""
    node, line = root, 1
    for step in path:
        found = node.target if isinstance(node, Alias) else node
        if isinstance(found, Mapping) and (place := found.index(str(step))) is not None:
            node, line = found.values[place], found.keys[place].span.line
        elif isinstance(found, Sequence) and isinstance(step, int) and step < len(found.items):
            node = found.items[step]
            line = node.span.line
        else:
            break
    return (node.target if isinstance(node, Alias) else node), line


def place(root: Node, path: tuple[str | int, ...]) -> tuple[int, int] | None:
    """Line and column, from 1, of the key or item at exactly this `path`."""
    node, span = root, root.span
    for step in path:
        found = node.target if isinstance(node, Alias) else node
        if isinstance(found, Mapping) and (index := found.index(str(step))) is not None:
            node, span = found.values[index], found.keys[index].span
        elif isinstance(found, Sequence) and isinstance(step, int) and step < len(found.items):
            node = found.items[step]
            span = node.span
        else:
            return None
    return span.line, span.column + 1
