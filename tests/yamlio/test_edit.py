from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.errors import ConfigError
from helmforge.yamlio import edit, parse

VALUES = """\
# What most services edit.
port: 8080   # the port
route: {enabled: false,
        hosts: []}

image:
  # the release pins these
  repository: registry.example.com/my-service
  tag: ""                   # a string
  digest: ''
  pullPolicy: IfNotPresent
list:
- a:  1
-   b
"""


def _changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line.startswith(("+ ", "- "))]


def test_only_the_values_change() -> None:
    changes: dict[tuple[str, ...], str] = {
        ("image", "repository"): "myrepo.cr.io/shop",
        ("image", "tag"): "1.10",
        ("image", "digest"): "sha256:" + "0" * 64,
    }
    assert sorted(_changed_lines(VALUES, edit(VALUES, "values.yaml", changes))) == sorted(
        [
            "-   repository: registry.example.com/my-service",
            "+   repository: myrepo.cr.io/shop",
            '-   tag: ""                   # a string',
            '+   tag: "1.10"                   # a string',
            "-   digest: ''",
            f"+   digest: 'sha256:{'0' * 64}'",
        ]
    )


def test_a_chart_gets_version_and_annotations() -> None:
    chart = 'apiVersion: v2\nversion: 0.1.0              # set by the release\nappVersion: "0.1.0"\n'
    changes = {
        ("version",): "1.2.0",
        ("appVersion",): "v1.2.0",
        ("annotations", "org.opencontainers.image.revision"): "0123456789",
        ("annotations", "org.opencontainers.image.source"): "https://example.com/x.git",
    }
    assert edit(chart, "Chart.yaml", changes) == (
        'apiVersion: v2\nversion: 1.2.0              # set by the release\nappVersion: "v1.2.0"\n'
        "annotations:\n"
        '  org.opencontainers.image.source: "https://example.com/x.git"\n'
        '  org.opencontainers.image.revision: "0123456789"\n'
    )


PLACES = {
    "a missing key": ("image:\n    a: 1\n", 'image:\n    tag: "v"\n    a: 1\n'),
    "a missing mapping": ("a: 1", 'a: 1\nimage:\n  tag: "v"\n'),
    "an empty file": ("", 'image:\n  tag: "v"\n'),
    "a file of comments": ("# only this\n", '# only this\nimage:\n  tag: "v"\n'),
    "a key without value": ("image:   # later\nb: 1\n", 'image: {tag: "v"}   # later\nb: 1\n'),
    "a null": ("image: null # x\n", 'image: {tag: "v"} # x\n'),
    "an empty mapping": ("image: {}\n", 'image: {tag: "v"}\n'),
    "a flow mapping": ("image: {a: 1}\n", 'image: {tag: "v", a: 1}\n'),
    "an empty value": ("image:\n  tag:\n  b: 1\n", 'image:\n  tag: "v"\n  b: 1\n'),
    "a block scalar": ("image:\n  tag: |\n    x\n    y\n  b: 1\n", 'image:\n  tag: "v"\n  b: 1\n'),
    "windows line ends": ("image:\r\n  tag: 'x'\r\nb: 1\r\n", "image:\r\n  tag: 'v'\r\nb: 1\r\n"),
    "a byte order mark": ("\ufeffimage: {tag: x}\n", "\ufeffimage: {tag: v}\n"),
}


@pytest.mark.parametrize(("before", "after"), PLACES.values(), ids=PLACES)
def test_where_the_value_goes(before: str, after: str) -> None:
    assert edit(before, "f", {("image", "tag"): "v"}) == after


UNMOVABLE = {
    "an alias": "x: &x {tag: a}\nimage: *x\n",
    "an anchored value": "image: {tag: &t a}\nb: *t\n",
    "a list": "image: [1]\n",
    "a mapping instead of the value": "image: {tag: {a: 1}}\n",
    "a string instead of the mapping": "image: shop:1.0\n",
    "not a mapping at all": "- a\n",
}


@pytest.mark.parametrize("text", UNMOVABLE.values(), ids=UNMOVABLE)
def test_what_cannot_be_set_alone_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        edit(text, "values.yaml", {("image", "tag"): "v"})
    assert caught.value.what == "cannot set image.tag in values.yaml"
    assert caught.value.where.startswith("values.yaml:")


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_comes_back_as_that_string(value: str) -> None:
    for before in ("a: x\nb: 1\n", "a: 'x'\nb: 1\n", "a: |\n  x\nb: 1\n", "b: 1\n", "{b: 1}\n"):
        data = parse(edit(before, "f", {("a",): value}), "f").data
        assert data == {"a": value, "b": 1}


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "y", "true", "null", "1.10", "1e3", "0x1", "12", "~", ""]
)
def test_what_a_reader_could_take_for_something_else_is_quoted(word: str) -> None:
    assert edit("tag: v1\n", "f", {("tag",): word}) == f'tag: "{word}"\n'
