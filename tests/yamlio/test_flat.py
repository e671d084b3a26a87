"""The quick reader and the real parser must never disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from helmforge.errors import ConfigError
from helmforge.yamlio.composing import compose
from helmforge.yamlio.flat import parse_flat
from helmforge.yamlio.nodes import plain_data

if TYPE_CHECKING:
    from helmforge.yamlio.nodes import Plain

_PIECES = (
    *("a", "b: ", "name: ", "key:", "k:\n  ", "- x", "go test ./...", "./x", "../.."),
    *("'x y'", '"q # z"', "''"),
    *(
        " # c",
        "#",
        "\n",
        "\n  ",
        "\n  - ",
        "- ",
        "[",
        "]",
        ", ",
        "[a, b]",
        "{",
        "}",
        "{b: a}",
        "{b: ",
        ":",
        " ",
        "  ",
        "=",
        "!",
    ),
    *(
        "true",
        "null",
        "~",
        "Yes",
        "1",
        "1.10",
        "e.5",
        ".5",
        "&a ",
        "*a",
        "|",
        ">",
        "---",
        "...",
        "%",
        "@",
        "\t",
    ),
)


def _by_the_parser(text: str) -> Plain:
    root = compose(text, "f")
    data = None if root is None else plain_data(root)
    return {} if data is None else data


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
@example("test: go test ./...\ndependsOn:\n  - libs/a\n  - b # c\nbuild:\n  target: 'x'\n")
@example("a:\n  - true\n")
@example("build: {context: ../.., target: 'x, y: z'} # c\nchart: ../chart\n")
@example("a: {b: x, b: y}\n")
@example("a: {b: true}\n")
@example("a: {b: x,}\n")
@example("a: {b:x}\n")
@example("a: {true: x}\n")
@example("a: ..\n")
@example("a: .../x\n")
@example("a: x\na: y\n")
@example("a:\n  b: x\n  b: y\n")
@example("a:\n   b: x\n")
@example("a: x y  z\n")
@example("a: 'it''s'\n")
def test_what_is_taken_means_the_same_to_the_parser(text: str) -> None:
    flat = parse_flat(text)
    if flat is not None:
        assert flat == _by_the_parser(text)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_data_or_a_configuration_error(text: str) -> None:
    try:
        parsed = _by_the_parser(text)
    except ConfigError:
        parsed = None
    flat = parse_flat(text)
    assert flat is None or flat == parsed


def test_usual_service_files_are_taken() -> None:
    usual = (
        "",
        "# nothing special\n",
        "name: shop\ncontext: retail  # the team\ntype: worker\n",
        "test: go test ./...\n",
        'test: ["make", "-C", "x"]\n',
        "test: [go, test, ./...]\ndependsOn:\n  - libs/mail\n  - proto\n",
        "build: {context: ../.., target: runtime}\n",
        "build:\n  context: ../..\n",
        "build:\n  dockerfile: docker/Dockerfile\n  target: 'runtime'\nchart: deploy\n",
    )
    assert [text for text in usual if parse_flat(text) is None] == []


def test_whatever_could_be_something_else_is_left_to_the_parser() -> None:
    others = (
        "a: 1\n",
        "a: true\n",
        "a: ~\n",
        "a: {b: {c: d}}\n",
        "a: {b: [c]}\n",
        "a: {b: 1}\n",
        "a: *b\n",
        "a: |\n  x\n",
        "a: ü\n",
        "a:\tb\n",
        "- a\n",
    )
    assert [text for text in others if parse_flat(text) is not None] == []
