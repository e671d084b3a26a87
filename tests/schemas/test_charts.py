from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from helmforge.schemas.charts import Violation, remote_references, violations

TEXT = {"type": "string"}


def _texts(schema: dict[str, Any], values: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(one.path, one.text) for one in violations(schema, values)]


def _closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str | int, ...], str]] = {
    "a typo": (_closed(port=TEXT), {"prot": 1}, ("prot",), "did you mean 'port'?"),
    "nothing like it": (_closed(port=TEXT), {"xyz": 1}, ("xyz",), "it knows port"),
    "nothing like so many": (
        _closed(**dict.fromkeys(map(str, range(13)), TEXT)),
        {"xyz": 1},
        ("xyz",),
        "it knows 13 others, which values.yaml shows",
    ),
    "no key at all": (_closed(), {"a": 1}, ("a",), "it knows none"),
    "a pattern for keys": (
        _closed() | {"patternProperties": {"^x-": {}}},
        {"x-a": 1, "y": 2},
        ("y",),
        "does not know",
    ),
    "a list's item": (
        _closed(hosts={"items": TEXT}),
        {"hosts": ["a", {"b": 1}]},
        ("hosts", 1),
        "expected string, got a mapping",
    ),
    "nothing": (_closed(a=TEXT), {"a": None}, ("a",), "expected string, got nothing"),
    "several types": (
        _closed(a={"type": ["string", "null"]}),
        {"a": []},
        ("a",),
        "string or null, got an empty list",
    ),
    "required": ({"required": ["a"]}, {}, ("a",), "the key is required"),
    "a pattern": (_closed(a={"pattern": "^v"}), {"a": "x"}, ("a",), "expected a text like ^v"),
    "one of two": (
        _closed(a={"oneOf": [{"type": "object", "required": ["x"]}, TEXT]}),
        {"a": {}},
        ("a", "x"),
        "the key is required",
    ),
    "a definition": (
        _closed(a={"$ref": "#/definitions/t"}) | {"definitions": {"t": TEXT}},
        {"a": 1},
        ("a",),
        "expected string, got 1; quote it",
    ),
}


@pytest.mark.parametrize(("schema", "values", "path", "text"), CASES.values(), ids=CASES)
def test_what_is_refused_and_why(
    schema: dict[str, Any], values: dict[str, Any], path: tuple[str | int, ...], text: str
) -> None:
    ((found, said),) = _texts(schema, values)
    assert found == path
    assert text in said


def test_the_description_is_the_meaning() -> None:
    schema = _closed(a=TEXT | {"description": "The A."})
    assert violations(schema, {"a": 1}) == (
        Violation(("a",), "expected string, got 1; quote it", meaning="The A."),
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://schemas.invalid/x.json"},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {"type": "objekt"},
        {"properties": {"a": {"pattern": "(?<"}}},
        {"properties": {"a": {"pattern": "\\p{Greek}"}}},
        {"$ref": "#"},
    ],
)
def test_a_schema_that_cannot_be_followed_has_no_violations(schema: dict[str, Any]) -> None:
    assert violations(schema, {"a": "x"}) == ()


def test_nothing_is_fetched() -> None:
    asked = []

    class Schema(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Schema) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/x.json"
            assert violations({"properties": {"a": {"$ref": url}}}, {"a": 1}) == ()
        finally:
            server.shutdown()
    assert asked == []


def test_references_out_of_the_file() -> None:
    schema = {
        "$ref": "#/a",
        "a": [{"$ref": "https://x.invalid/y"}, {"b": {"$ref": "other.json#/c"}}],
        "properties": {"$ref": {"type": "string"}},
    }
    assert list(remote_references(schema)) == ["https://x.invalid/y", "other.json#/c"]
