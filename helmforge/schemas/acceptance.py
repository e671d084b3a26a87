"""A quick yes for valid documents, so that the common case does not import jsonschema (100 ms).

It knows the keywords that our two schemas use, and says yes only when jsonschema would too. A no is
no verdict: jsonschema then decides and explains. tests/schemas proves that the two agree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Accepts: TypeAlias = "Callable[[Any], bool]"

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description", "default"})
_OF_OBJECTS = frozenset({"properties", "required", "additionalProperties"})
_TYPES: dict[str, type] = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int}


def acceptance(schema: dict[str, Any]) -> Accepts:
    """The check of a whole schema document. KeyError for a keyword that is not known here."""
    definitions: dict[str, Accepts] = {}
    for name, definition in schema.get("$defs", {}).items():
        definitions[name] = _all_of(definition, definitions)
    return _all_of(schema, definitions)


def pattern_of(text: str) -> re.Pattern[str]:
    r"""In JSON Schema `$` is the end of the text; in Python it also stands before a last newline."""
    return re.compile(f"{text[:-1]}\\Z" if text.endswith("$") else text)


def _all_of(schema: dict[str, Any], definitions: dict[str, Accepts]) -> Accepts:
    checks = [
        _CHECKS[keyword](schema[keyword], definitions)
        for keyword in schema
        if keyword not in _ANNOTATIONS and keyword not in _OF_OBJECTS
    ]
    if "properties" in schema or "additionalProperties" in schema:
        checks.append(_object(schema, definitions))
    if len(checks) == 1:
        return checks[0]
    return lambda value: all(check(value) for check in checks)


def _object(schema: dict[str, Any], definitions: dict[str, Accepts]) -> Accepts:
    known = {key: _all_of(each, definitions) for key, each in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    others = schema["additionalProperties"]
    other = _all_of(others, definitions) if isinstance(others, dict) else lambda _: False

    def check(value: Any) -> bool:  # noqa: ANN401 - whatever a file holds
        if not isinstance(value, dict):
            return True
        present = all(key in value for key in required)
        return present and all(known.get(key, other)(each) for key, each in value.items())

    return check


def _type(types: str | list[str], _: dict[str, Accepts]) -> Accepts:
    allowed = {_TYPES[name] for name in ([types] if isinstance(types, str) else types)}
    return lambda value: type(value) in allowed  # a boolean is an int to isinstance


def _pattern(text: str, _: dict[str, Accepts]) -> Accepts:
    search = pattern_of(text).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _items(schema: dict[str, Any], definitions: dict[str, Accepts]) -> Accepts:
    item = _all_of(schema, definitions)
    return lambda value: not isinstance(value, list) or all(map(item, value))


def _property_names(schema: dict[str, Any], definitions: dict[str, Accepts]) -> Accepts:
    name = _all_of(schema, definitions)
    return lambda value: not isinstance(value, dict) or all(map(name, value))


_CHECKS: dict[str, Callable[[Any, dict[str, Accepts]], Accepts]] = {
    "$ref": lambda ref, definitions: definitions[ref.removeprefix("#/$defs/")],
    "type": _type,
    "enum": lambda allowed, _: lambda value: isinstance(value, str) and value in allowed,
    "pattern": _pattern,
    "items": _items,
    "propertyNames": _property_names,
    "minLength": lambda least, _: lambda value: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda most, _: lambda value: not isinstance(value, str) or len(value) <= most,
    "minItems": lambda least, _: lambda value: not isinstance(value, list) or len(value) >= least,
    "minProperties": lambda least, _: lambda value: not isinstance(value, dict) or len(value) >= least,
    "minimum": lambda least, _: lambda value: not isinstance(value, int) or value >= least,
    "maximum": lambda most, _: lambda value: not isinstance(value, int) or value <= most,
}
