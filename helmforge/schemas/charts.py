"""A chart's values.schema.json: what it refuses, in words. Helm is the judge; this explains its verdict."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.exceptions import ValidationError

KeyPath = tuple[str | int, ...]
_LONGEST_SHOWN = 60
_MOST_LISTED = 12
_DEEPEST = 100


@dataclass(frozen=True)
class Violation:
    """`text` reads `expected …, got …`; `meaning` is the schema's description of the key, or ""."""

    path: KeyPath
    text: str
    unknown: bool = False
    meaning: str = ""


def violations(schema: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Nothing is fetched: a schema that points outside of itself has no violations here, nor has one that
    is no schema, or whose patterns only Go's regular expressions understand.
    """
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - findings only: 100 ms to import
    from jsonschema.validators import Draft7Validator, validator_for  # noqa: PLC0415 - see above
    from referencing import Registry  # noqa: PLC0415 - see above
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - see above

    kind = validator_for(schema, default=Draft7Validator)
    try:
        kind.check_schema(dict(schema))
        errors = list(kind(schema, registry=Registry()).iter_errors(values))
        return tuple(dict.fromkeys(one for error in errors for one in _explain(error)))
    except (SchemaError, Unresolvable, re.error, RecursionError):
        return ()


def remote_references(schema: object, depth: int = 0) -> Iterator[str]:
    """Every `$ref` that does not begin with `#`: Helm would fetch it, whenever the chart is rendered."""
    if depth > _DEEPEST:
        return
    for child in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from remote_references(child, depth + 1)
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(reference, str) and not reference.startswith("#"):
        yield reference


def _explain(error: ValidationError) -> Iterator[Violation]:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - see violations

    inner = best_match([error])  # of the branches of oneOf and anyOf, the one that fits nearly
    error = inner if inner is not None and error.context else error
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif error.validator == "required":
        present: Any = error.instance
        for key in (key for key in _of(error, "required") if key not in present):
            yield Violation((*path, key), "expected a value, got nothing: the key is required")
    else:
        quoted = "; quote it" if error.validator_value == "string" and _is_bare(error.instance) else ""
        text = f"expected {_expected(error)}, got {_shown(error.instance)}{quoted}"
        yield Violation(path, text, meaning=_meaning(error))


def _unknown_keys(error: ValidationError, path: KeyPath) -> Iterator[Violation]:
    present: Any = error.instance
    known, patterns = list(_of(error, "properties")), list(_of(error, "patternProperties"))
    for key in present:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        guess = nearest(key, [name for name in known if name not in present]) or nearest(key, known)
        choice = f"did you mean {guess!r}?" if guess else f"it knows {_listed(known)}"
        yield Violation((*path, key), f"the chart does not know the key {key!r}; {choice}", unknown=True)


def _listed(known: list[str]) -> str:
    if len(known) > _MOST_LISTED:
        return f"{len(known)} others, which values.yaml shows"
    return ", ".join(known) or "none"


def _expected(error: ValidationError) -> str:
    allowed: Any = error.validator_value
    if error.validator == "type":
        return " or ".join([allowed] if isinstance(allowed, str) else map(str, allowed))
    if error.validator == "enum":
        guess = nearest(str(error.instance), [str(choice) for choice in allowed])
        one_of = f"one of {', '.join(json.dumps(choice) for choice in allowed)}"
        return f"{one_of} (did you mean {guess!r}?)" if guess else one_of
    if error.validator == "pattern":
        return f"a text like {allowed}"
    return f"{error.validator} {json.dumps(allowed)[:_LONGEST_SHOWN]}"


def _of(error: ValidationError, keyword: str) -> Any:  # noqa: ANN401 - whatever the schema holds there
    return error.schema.get(keyword, ()) if isinstance(error.schema, dict) else ()


def _is_bare(value: object) -> bool:
    """Whether quotes would make it a text: `tag: 1.10` is a number."""
    return isinstance(value, bool | int | float)


def _meaning(error: ValidationError) -> str:
    return str(_of(error, "description") or "")


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        kind = "a mapping" if isinstance(value, dict) else "a list"
        return kind if value else f"an empty {kind[2:]}"
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
