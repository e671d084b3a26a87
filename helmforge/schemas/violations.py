"""What is wrong with a document, in words. The only module that imports jsonschema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from helmforge.domain.names import nearest
from helmforge.schemas.acceptance import pattern_of
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.yamlio import Document

_LONGEST_SHOWN = 60


# The four keywords below differ from jsonschema's own in one thing: each error leads to the key itself.


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(instance, str) and not pattern_of(pattern).search(instance):
        yield ValidationError(f"does not match {pattern!r}")


def _required(_: Any, keys: list[str], instance: Any, __: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    for key in keys if isinstance(instance, dict) else ():
        if key not in instance:
            yield ValidationError("is missing", path=[key])


def _additional(validator: Any, others: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    for key in instance if isinstance(instance, dict) else ():
        if key in schema.get("properties", {}):
            continue
        if others is False:
            yield ValidationError("is unknown", path=[key])
        else:
            yield from validator.descend(instance[key], others, path=key)


def _names(validator: Any, names: Any, instance: Any, _: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    for key in instance if isinstance(instance, dict) else ():
        yield from validator.descend(key, names, path=key)


_Validator = extend(  # type: ignore[no-untyped-call]  # jsonschema's stubs leave it out
    Draft202012Validator,
    {
        "pattern": _pattern,
        "required": _required,
        "additionalProperties": _additional,
        "propertyNames": _names,
    },
)


def violations(schema: Mapping[str, Any], document: Document) -> tuple[Problem, ...]:
    """Every violation once, in no particular order."""
    errors = _Validator(schema).iter_errors(document.data)
    return tuple(dict.fromkeys(_explain(error, document) for error in errors))


def _explain(error: ValidationError, document: Document) -> Problem:
    path = tuple(error.absolute_path)
    if error.validator == "required":
        return Problem(path, "expected a value, got nothing: the key is required")
    if error.validator == "additionalProperties":
        return Problem(path, _unknown_key(error, str(path[-1])))
    return Problem(path, _mismatch(error, document, path))


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _unknown_key(error: ValidationError, key: str) -> str:
    known = list(_schema(error)["properties"])
    present: Any = error.instance
    guess = _guess(key, [name for name in known if name not in present])
    return f"expected one of the keys {', '.join(known)}, got {_shown(key)}{_did_you_mean(guess)}"


def _mismatch(error: ValidationError, document: Document, path: tuple[str | int, ...]) -> str:
    schema = _schema(error)
    got: Any = error.instance
    text = f"expected {_expected(schema)}, got {_described(got, document, path)}"
    if isinstance(got, str) and "enum" in schema:
        return text + _did_you_mean(_guess(got, [one for one in schema["enum"] if isinstance(one, str)]))
    if isinstance(got, int | float) and not isinstance(got, bool) and "string" in schema.get("type", ""):
        source = document.source_of(path)
        if pattern_of(schema.get("pattern", "")).search(source):
            return f'{text}; quote it to make it a string: "{source}"'
    return text


def _guess(word: str, choices: list[str]) -> str | None:
    folded = {choice.lower(): choice for choice in choices}
    return folded.get(nearest(word.lower(), folded) or "")


def _did_you_mean(guess: str | None) -> str:
    return f"; did you mean {guess!r}?" if guess else ""


def _expected(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return (
            f"one of {', '.join(one if isinstance(one, str) else json.dumps(one) for one in schema['enum'])}"
        )
    return str(schema.get("title", schema.get("type", "another value")))


def _described(value: Any, document: Document, path: tuple[str | int, ...]) -> str:  # noqa: ANN401 - whatever a file holds
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {document.source_of(path)}"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return _shown(value)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
