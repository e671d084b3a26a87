"""Whatever a file looks like: what is not the edited value stays, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helmforge.errors import ConfigError
from helmforge.yamlio import edit, parse
from tests.yamlio.ugly import WITH_TAG, WITHOUT_TAG

TAG = ("image", "tag")
DIGEST = "sha256:" + "0" * 64


def _frame(before: str, after: str) -> tuple[str, str]:
    """What is left of both texts when their common beginning and end are taken away."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


@pytest.mark.parametrize("text", WITH_TAG.values(), ids=WITH_TAG)
def test_only_the_value_changes(text: str) -> None:
    old, new = _frame(text, edit(text, "values.yaml", {TAG: "v1.10"}))
    assert old in {"x", "!!str x"}
    assert new in {"v1.10", '"v1.10"'}


@pytest.mark.parametrize("text", WITH_TAG.values(), ids=WITH_TAG)
def test_adding_takes_nothing_away(text: str) -> None:
    """Every character is still there, in its order, and the data are those from before with the new ones."""
    changes: dict[tuple[str, ...], str] = {
        ("image", "digest"): DIGEST,
        ("annotations", "x.dev/y"): "z",
        ("last",): "1",
    }
    edited = edit(text, "values.yaml", changes)
    rest = iter(edited)
    assert all(character in rest for character in text)
    before, after = parse(text, "f").data, parse(edited, "f").data
    assert after.pop("last") == "1"
    assert after.pop("annotations") == {"x.dev/y": "z"}
    assert after["image"].pop("digest") == DIGEST
    assert after == before
    assert list(after) == list(before)


@pytest.mark.parametrize("text", WITH_TAG.values(), ids=WITH_TAG)
def test_line_ends_are_those_of_the_file(text: str) -> None:
    edited = edit(text, "f", {("image", "digest"): "x", ("last",): "1"})
    if "\r" in text:
        assert "\n" not in edited.replace("\r\n", "") or "\r\n" not in text
        assert ("\n" in edited) == ("\n" in text)
    else:
        assert "\r" not in edited


@pytest.mark.parametrize(("before", "expected"), WITHOUT_TAG.values(), ids=WITHOUT_TAG)
def test_where_a_new_key_goes(before: str, expected: str) -> None:
    assert expected in edit(before, "f", {TAG: "v"})


@pytest.mark.parametrize("text", WITH_TAG.values(), ids=WITH_TAG)
def test_editing_twice_is_editing_once(text: str) -> None:
    changes: dict[tuple[str, ...], str] = {TAG: "1.10", ("image", "digest"): DIGEST, ("b2", "c"): "yes"}
    once = edit(text, "f", changes)
    assert edit(once, "f", changes) == once


@pytest.mark.parametrize("text", WITH_TAG.values(), ids=WITH_TAG)
@settings(max_examples=20)
@given(value=st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_value_fits_anywhere(text: str, value: str) -> None:
    assert parse(edit(text, "f", {TAG: value}), "f").data["image"]["tag"] == value


@pytest.mark.parametrize("change", ["tag", "digest"])
def test_what_an_alias_repeats_is_not_changed_behind_its_back(change: str) -> None:
    text = "image: &i\n  tag: x\nother: *i\n"
    with pytest.raises(ConfigError) as caught:
        edit(text, "values.yaml", {("image", change): "v"})
    assert caught.value.what == f"cannot set image.{change} in values.yaml"
    assert caught.value.why == "an alias repeats what stands there"


TABS = {
    "a comment": ("a: 1\t# c\n", {"a": 1}),
    "after the colon": ("a:\tx\n", {"a": "x"}),
    "an item": ("a:\n-\tx\n", {"a": ["x"]}),
    "inside quotes": ("a: 'x\ty'\t\n", {"a": "x\ty"}),
    "inside a block": ("a: |\n  x\ty\t\nb:\t1\n", {"a": "x\ty\t\n", "b": 1}),
}


@pytest.mark.parametrize(("text", "data"), TABS.values(), ids=TABS)
def test_tabs_between_tokens_separate(text: str, data: object) -> None:
    assert parse(text, "f").data == data


@pytest.mark.parametrize("text", ["\ta: 1\n", "a:\n\tb: 1\n", "a:\n  b: 1\n\tc: 2\n", "a: x\ty\n"])
def test_other_tabs_are_errors_with_a_remedy(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "f")
    assert caught.value.hint == "indent with spaces, not with tabs"
