"""YAML 1.2 as helmforge reads and edits it: strict, bounded, with positions for errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.yamlio.document import Document, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Document", "dump", "edit", "load_stream", "parse"]


def edit(text: str, name: str, changes: Mapping[tuple[str, ...], str]) -> str:
    """`text` with the strings of `changes` at their key paths: `{("image", "tag"): "1.2.0"}`.

    Missing keys are added. Every other character stays: comments, order, the kind of quotes. Raises
    ConfigError where a value cannot be replaced on its own: an anchor, an alias, a list.
    """
    from helmforge.yamlio.editing import apply  # noqa: PLC0415 - ruamel.yaml takes 30 ms to import

    return apply(text, name, changes)


def load_stream(text: str, name: str) -> list[Any]:
    """The documents of rendered manifests, in order, empty ones left out. ConfigError when it is not YAML."""
    from helmforge.yamlio.composing import compose_stream  # noqa: PLC0415 - see above
    from helmforge.yamlio.nodes import plain_data  # noqa: PLC0415 - see above

    documents = (plain_data(node) for node in compose_stream(text, name))
    return [document for document in documents if document is not None]


def dump(data: object) -> str:
    """`data` in block style, keys sorted: two equal values give the same text."""
    from helmforge.yamlio.dumping import dump as write  # noqa: PLC0415 - see above

    return write(data)
