"""Lines of `-o json` against the published schema, more strictly than their readers should be."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from helmforge.schemas import schema_text

KINDS = ("started", "output", "finished", "summary")


def published() -> Any:
    return json.loads(schema_text("events"))


def demand_valid(out: str) -> list[dict[str, Any]]:
    """The documents of a whole run. Readers must bear unknown keys and events; we print none."""
    documents: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    for document in documents:
        problems = [*_as_published().iter_errors(document), *_strict().iter_errors(document)]
        assert not problems, (problems[0].message, document)
        assert document["event"] in KINDS
    assert [one["event"] for one in documents].count("summary") == 1
    assert documents[-1]["event"] == "summary"
    return documents


@cache
def _as_published() -> Draft202012Validator:
    schema = published()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def _strict() -> Draft202012Validator:
    schema = published()
    for kind in (*KINDS, "result", "error", "finding"):
        schema["$defs"][kind]["unevaluatedProperties"] = False
    return Draft202012Validator(schema)
