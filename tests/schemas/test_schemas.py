"""The JSON Schemas, judged by jsonschema as editors do, and the quick check that must agree with it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from helmforge.config import parse_service, parse_settings
from helmforge.domain.names import EnvironmentName, ServiceName
from helmforge.errors import ConfigError, UsageError
from helmforge.schemas import NAMES, schema_text
from helmforge.schemas.acceptance import acceptance
from helmforge.yamlio import parse
from tests.config.examples import DESIGN, DOCUMENTATION, documented

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMAS: dict[str, dict[str, Any]] = {name: json.loads(schema_text(name)) for name in NAMES}
EXAMPLES = [
    ("config", DESIGN),
    *(("config", text) for text in documented("config")),
    *(("service", text) for text in documented("service")),
    ("service", ""),
]
CONFIGS = [text for name, text in EXAMPLES if name == "config"]
SERVICES = [text for name, text in EXAMPLES if name == "service"]


@pytest.mark.parametrize("name", [*NAMES, "events"])
def test_the_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(name)))


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_examples_are_valid(name: str, text: str) -> None:
    data = parse(text, "example").data
    assert list(Draft202012Validator(SCHEMAS[name]).iter_errors(data)) == []
    assert acceptance(SCHEMAS[name])(data)


def _keys(name: str, schema: Any, path: str = "") -> set[str]:
    """The path of every key that the schema knows, references followed, mappings with keys left out."""
    if "$ref" in schema:
        schema = SCHEMAS[name]["$defs"][schema["$ref"].split("/")[-1]]
    children = {f"{path}{key}.": child for key, child in schema.get("properties", {}).items()}
    if isinstance(schema.get("additionalProperties"), dict) and path == "environments.":
        children["environments.*."] = schema["additionalProperties"]
    below = set().union(*(_keys(name, child, key) for key, child in children.items()))
    return below | (
        {path.removesuffix(".")} if "string" in schema.get("type", "string") or not children else set()
    )


@pytest.mark.parametrize(("name", "title"), [("config", "helmforge.yaml"), ("service", "service.yaml")])
def test_every_key_is_documented(name: str, title: str) -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    chapter = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    documented_keys = set(re.findall(r"^\| `(.*?)` \|", chapter, flags=re.MULTILINE))
    keys = {key for key in _keys(name, SCHEMAS[name]) if ".registry." not in key}
    assert documented_keys - {"environments"} == keys


_LEAVES = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "X",
            "main",
            "prod",
            "{service}",
            "web",
            "on-release",
            "5m",
            "14d",
            "a@b.c",
            "linux/amd64",
            "HIGH",
        ]
    ),
    st.sampled_from(["main\n", "-x", "a b", "docker", "é", "1.0"]),
    st.sampled_from([None, True, False, 0, 1, 99, 100, 1.0, 1.5]),
)
_KEYS = sorted({part for name in NAMES for key in _keys(name, SCHEMAS[name]) for part in key.split(".")})
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def _mutated(draw: st.DrawFn, texts: list[str]) -> dict[str, Any]:
    data = json.loads(json.dumps(parse(draw(st.sampled_from(texts)), "example").data))
    for _ in range(draw(st.integers(0, 2))):
        place: Any = data
        while isinstance(place, dict) and place and draw(st.booleans()):
            inner = place[draw(st.sampled_from(sorted(place)))]
            if not isinstance(inner, dict):
                break
            place = inner
        place[draw(st.sampled_from([*_KEYS, *place]))] = draw(_VALUES)
    return data  # type: ignore[no-any-return]  # whatever the example holds


def _agrees(name: str, data: dict[str, Any]) -> None:
    """A yes of the quick check is a yes of jsonschema. Its no is one too, but for `$` and whole floats."""
    problems = list(Draft202012Validator(SCHEMAS[name]).iter_errors(data))
    if acceptance(SCHEMAS[name])(data):
        assert problems == []
    elif not problems:
        assert "1.0" in json.dumps(data) or "\\n" in json.dumps(data)


@given(_mutated(CONFIGS))
def test_the_quick_check_agrees_about_helmforge_yaml(data: dict[str, Any]) -> None:
    _agrees("config", data)


@given(_mutated(SERVICES))
def test_the_quick_check_agrees_about_service_yaml(data: dict[str, Any]) -> None:
    _agrees("service", data)


def _places(read: Callable[[], object]) -> list[str]:
    """Of every problem: one stands in `where`, several begin the lines of `why`."""
    try:
        read()
    except ConfigError as error:
        return error.why.splitlines() if " problems" in error.what else [error.where]
    return []


@given(_mutated(CONFIGS))
def test_any_configuration_is_settings_or_one_error(data: dict[str, Any]) -> None:
    places = _places(lambda: parse_settings(json.dumps(data)))
    assert all(place.startswith("helmforge.yaml:1") for place in places)


@given(_mutated(SERVICES))
def test_any_service_file_is_a_service_or_one_error(data: dict[str, Any]) -> None:
    places = _places(lambda: parse_service(json.dumps(data), "services/shop"))
    assert all(place.startswith("services/shop/service.yaml:1") for place in places)


_NAMES = st.text(st.sampled_from("aZ09-_.\n"), max_size=6) | st.integers(50, 66).map(lambda size: "a" * size)


@given(_NAMES)
def test_the_schema_and_the_domain_agree_about_names(name: str) -> None:
    """Reserved words apart, which the schema leaves to the domain."""
    service = acceptance(SCHEMAS["service"])({"name": name})
    environment = {
        "registry": "r",
        "environments": {name: {"cluster": {"context": "c"}, "deploy": "on-trunk"}},
    }
    assert service == _parses(ServiceName, name)
    assert acceptance(SCHEMAS["config"])(environment) == _parses(EnvironmentName, name)


def _parses(kind: type[ServiceName | EnvironmentName], name: str) -> bool:
    try:
        kind.parse(name)
    except UsageError:
        return False
    return True
