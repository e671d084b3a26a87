from __future__ import annotations

import pytest

from helmforge.errors import ConfigError
from helmforge.yamlio import load_stream, parse

_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 6)
)

BROKEN = {
    "a tab": ("a:\n\tb: 1\n", 2, "found character"),
    "an open bracket": ("a: [1,\n", 2, "expected"),
    "two colons": ("x: 1\na: b: c\n", 2, "mapping values"),
    "a duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here twice"),
    "a nested duplicate key": ("a:\n  b: {c: 1, c: 2}\n", 2, "'c' stands here twice"),
    "a second document": ("a: 1\n---\nb: 2\n", 2, "second document"),
    "a tag": ("a: 1\nb: !!python/object:os.system x\n", 2, "tag"),
    "a tag on a mapping": ("a: !thing {}\n", 1, "tag"),
    "a key that is a list": ("? [a]\n: b\n", 1, "key must be a word"),
    "an unknown alias": ("a: *nowhere\n", 1, "nowhere"),
    "an alias of itself": ("a: &a [*a]\n", 1, "no anchor"),
    "an alias bomb": (_BOMB, 6, "too many values"),
    "a control character": ("a: 1\nb: \x01\n", 2, "special characters"),
    "half a character": ('a: "\\ud800"\n', 1, "surrogate"),
    "deep nesting": ("a: " + "[" * 5000, 1, "nested too deeply"),
    "a directive": ("%YAML x\n---\na: 1\n", 1, "digit"),
}


@pytest.mark.parametrize(("text", "line", "why"), BROKEN.values(), ids=BROKEN)
def test_broken_yaml_is_one_error_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "some/file.yaml")
    assert caught.value.where == f"some/file.yaml:{line}"
    assert why in caught.value.why


def test_a_tab_has_a_hint() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("a:\n\tb: 1\n", "f")
    assert "spaces" in caught.value.hint


@pytest.mark.parametrize("text", ["- a\n", "text\n", "12\n", "[]\n"])
def test_the_top_is_a_mapping(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a mapping"):
        parse(text, "f")


def test_large_files_are_refused() -> None:
    with pytest.raises(ConfigError, match="too large"):
        parse("#" * (1024 * 1024 + 1), "f")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null\n", "{}\n", "\ufeff"])
def test_empty_files_are_empty_mappings(text: str) -> None:
    assert parse(text, "f").data == {}


SCALARS = {
    "yes": "yes",
    "no": "no",
    "on": "on",
    "true": True,
    "False": False,
    "~": None,
    "": None,
    "null": None,
    "12": 12,
    "-3": -3,
    "0o17": 15,
    "0x1F": 31,
    "010": 10,
    "1_000": "1_000",
    "1.10": 1.1,
    "1e3": 1000.0,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    "1.2.3": "1.2.3",
    "2026-11-21": "2026-11-21",
    "12:30:45": "12:30:45",
    '"1.10"': "1.10",
    "'true'": "true",
    "!!str 1.10": "1.10",
    "<<": "<<",
}


@pytest.mark.parametrize(("written", "value"), SCALARS.items())
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    data = parse(f"key: {written}\nother: [ 1 ]\n", "f").data
    assert (data["key"], type(data["key"])) == (value, type(value))


def test_aliases_repeat_what_the_anchor_names() -> None:
    data = parse("a: &rules {required: 2}\nb: *rules\n", "f").data
    assert data == {"a": {"required": 2}, "b": {"required": 2}}


def test_positions_of_keys_and_items() -> None:
    document = parse("a: 1\n\nb:\n  c:\n    - x\n    - {d: 1.10}\n  e: *no\n".replace("*no", "y"), "f")
    assert document.line_of(()) == 1
    assert document.line_of(("a",)) == 1
    assert document.line_of(("b", "c")) == 4
    assert document.line_of(("b", "c", 1, "d")) == 6
    assert document.line_of(("b", "missing", "deeper")) == 3
    assert document.source_of(("b", "c", 1, "d")) == "1.10"


def test_positions_follow_aliases() -> None:
    document = parse("a: &x\n  b: 1.50\nc: *x\n", "f")
    assert document.line_of(("c", "b")) == 2
    assert document.source_of(("c", "b")) == "1.50"


def test_a_stream_of_manifests() -> None:
    text = "---\n# Source: chart/templates/a.yaml\nkind: A\n---\n---\nkind: B\nitems: [1]\n"
    assert load_stream(text, "f") == [{"kind": "A"}, {"kind": "B", "items": [1]}]
    assert load_stream("", "f") == []
    with pytest.raises(ConfigError) as caught:
        load_stream("a: 1\n---\nb: [\n", "f")
    assert caught.value.where == "f:4"
