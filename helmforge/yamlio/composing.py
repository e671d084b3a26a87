"""Text -> nodes. ruamel.yaml reads the syntax; meaning and limits are decided here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent, SequenceStartEvent

from helmforge.errors import ConfigError
from helmforge.yamlio.nodes import Alias, Mapping, Scalar, Sequence, Span, plain_value
from helmforge.yamlio.tabs import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.events import MappingStartEvent

    from helmforge.yamlio.nodes import Node

_LARGEST = 1024 * 1024  # characters
_LARGEST_STREAM = 16 * _LARGEST
_DEEPEST = 100
_MOST_NODES = 500_000  # aliases count with everything that they stand for
_TEXT_TAG = "tag:yaml.org,2002:str"


def compose(text: str, name: str) -> Node | None:
    """None for an empty document. ConfigError, with file and line, for everything that is not plain YAML."""
    _require_size(text, name, _LARGEST)
    composer = _Composer(text, name)
    node = next(composer.documents(), None)
    composer.require_end()
    return node


def compose_stream(text: str, name: str) -> Iterator[Node]:
    """Every document of a stream, such as rendered manifests."""
    _require_size(text, name, _LARGEST_STREAM)
    return _Composer(text, name).documents()


def _require_size(text: str, name: str, largest: int) -> None:
    if len(text) > largest:
        raise ConfigError(f"{name} is too large", where=name, why=f"at most {largest} characters")


class _Composer:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._events = self._read(readable(text))
        self._anchors: dict[str, tuple[Scalar | Sequence | Mapping, int]] = {}
        self._count = 0

    def documents(self) -> Iterator[Node]:
        next(self._events)  # the start of the stream
        while type(next(self._events)).__name__ == "DocumentStartEvent":
            self._anchors.clear()
            yield self._node(next(self._events), 0)
            next(self._events)  # the end of the document

    def require_end(self) -> None:
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                raise self._error(event, "a second document begins here", "keep one document per file")

    def _read(self, text: str) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            problem = str(error.problem or error.context or "not YAML")
            raise _broken(self._name, line, problem) from None
        except (YAMLError, ValueError, OverflowError) as error:
            position = getattr(error, "position", 0)
            line = text.count("\n", 0, position if isinstance(position, int) else 0) + 1
            raise _broken(self._name, line, str(error).partition("\n")[0]) from None

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 - ruamel.yaml types no attribute of events
        self._grow(event, 1)
        if depth > _DEEPEST:
            raise self._error(event, "nested too deeply", f"at most {_DEEPEST} levels")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._count
        node: Scalar | Sequence | Mapping
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
        elif event.tag is not None:
            raise self._error(event, f"the tag {event.tag!r} is not allowed", "remove it")
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        if event.anchor is not None:
            self._anchors[str(event.anchor)] = (node, self._count - before + 1)
        return node

    def _alias(self, event: AliasEvent) -> Alias:
        found = self._anchors.get(str(event.anchor))
        if found is None:
            raise self._error(event, f"no anchor '{event.anchor}' stands above", "")
        target, size = found
        self._grow(event, size)
        return Alias(_span(event, event), target)

    def _grow(self, event: Any, nodes: int) -> None:  # noqa: ANN401 - see _node
        self._count += nodes
        if self._count > _MOST_NODES:
            raise self._error(
                event, "too many values", f"at most {_MOST_NODES}, counting what aliases repeat"
            )

    def _scalar(self, event: Any) -> Scalar:  # noqa: ANN401 - see _node
        text = str(event.value)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self._error(event, "half of a surrogate pair", "write the character itself")
        if event.tag not in {None, "!", _TEXT_TAG}:
            raise self._error(event, f"the tag {event.tag!r} is not allowed", "remove it")
        plain = event.tag is None and event.implicit[0]
        value = plain_value(text) if plain else text
        return Scalar(_span(event, event), text, event.style or "", event.anchor is not None, value)

    def _sequence(self, start: SequenceStartEvent, depth: int) -> Sequence:
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return Sequence(_span(start, event), tuple(items))

    def _mapping(self, start: MappingStartEvent, depth: int) -> Mapping:
        keys: dict[str, Scalar] = {}
        values = []
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._error(event, "a key must be a word", "")
            if key.text in keys:
                first = keys[key.text].span.line
                raise self._error(event, f"the key '{key.text}' stands here twice", f"first in line {first}")
            keys[key.text] = key
            values.append(self._beside(key, self._node(next(self._events), depth + 1)))
        return Mapping(_span(start, event), bool(start.flow_style), tuple(keys.values()), tuple(values))

    def _beside(self, key: Scalar, value: Node) -> Node:
        """An absent value is reported where the next token begins, lines below; put it after the colon."""
        colon = self._text.find(":", key.span.end)
        if not isinstance(value, Scalar) or value.span.start != value.span.end or colon < 0:
            return value
        column = key.span.column + colon + 1 - key.span.start
        return replace(value, span=Span(colon + 1, colon + 1, key.span.line, column))

    def _error(self, event: Any, what: str, hint: str) -> ConfigError:  # noqa: ANN401 - see _node
        return _broken(self._name, event.start_mark.line + 1, what, hint)


def _broken(name: str, line: int, problem: str, hint: str = "") -> ConfigError:
    if "'\\t'" in problem:
        hint = "indent with spaces, not with tabs"
    hint = hint or "look at this line and the ones above: indentation, brackets, quotes"
    return ConfigError(f"{name} is not valid YAML", where=f"{name}:{line}", why=problem, hint=hint)


def _span(first: Any, last: Any) -> Span:  # noqa: ANN401 - see _node
    start, end = first.start_mark, last.end_mark
    return Span(start.index, end.index, start.line + 1, start.column)
