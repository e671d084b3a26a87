"""A YAML file as data, which can say where each value stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from helmforge.errors import ConfigError
from helmforge.yamlio.flat import parse_flat

if TYPE_CHECKING:
    from helmforge.yamlio.nodes import Node

KeyPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """`data` holds dictionaries, lists and scalars. Positions are computed when an error asks for them."""

    name: str
    text: str
    data: dict[str, Any]

    def line_of(self, path: KeyPath) -> int:
        """The line, from 1, of the key or item at `path`, or of the nearest thing above that exists."""
        return self._locate(path)[1]

    def source_of(self, path: KeyPath) -> str:
        """The scalar at `path` as it is written, without quotes: `1.10`, where `data` has 1.1."""
        return getattr(self._locate(path)[0], "text", "")

    def place_of(self, path: KeyPath) -> tuple[int, int] | None:
        """Line and column, both from 1, of the key or item at `path`; None when nothing stands there.

        What an alias stands for stands where its anchor is.
        """
        from helmforge.yamlio.nodes import place  # noqa: PLC0415 - errors only

        return None if self._root is None else place(self._root, path)

    def _locate(self, path: KeyPath) -> tuple[Node | None, int]:
        from helmforge.yamlio.nodes import locate  # noqa: PLC0415 - errors only

        return (None, 1) if self._root is None else locate(self._root, path)

    @cached_property
    def _root(self) -> Node | None:
        from helmforge.yamlio.composing import compose  # noqa: PLC0415 - errors only

        return compose(self.text, self.name)


def parse(text: str, name: str) -> Document:
    """Reads one mapping; an empty file is an empty one. `name` stands in errors, as `name:line`.

    Raises ConfigError for anything that is not YAML 1.2, for duplicate keys, tags, several documents,
    and for files that are too large, too deep or grow too much by aliases.
    """
    flat = parse_flat(text)
    if flat is not None:
        return Document(name, text, dict(flat))
    from helmforge.yamlio.composing import compose  # noqa: PLC0415 - ruamel.yaml takes 30 ms to import
    from helmforge.yamlio.nodes import plain_data  # noqa: PLC0415 - see above

    root = compose(text, name)
    data = {} if root is None else plain_data(root)
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(
            f"{name} is not a mapping",
            where=f"{name}:{root.span.line if root else 1}",
            why="expected `key: value` lines at the top level",
        )
    return Document(name, text, data)
