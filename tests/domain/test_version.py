"""Versions in their two spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.domain.version import Bump, Version
from helmforge.errors import UsageError


@pytest.mark.parametrize(
    "text", ["1.1.2", "v1.1.2", "0.0.0", "1.5.0-rc.1", "v1.0.0-alpha.beta-x", "10.20.30"]
)
def test_the_tag_is_what_was_written(text: str) -> None:
    version = Version.parse(text)
    assert str(version) == version.tag == text
    assert version.number == text.removeprefix("v")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not-a-version", "semantic"),
        ("1.0", "semantic"),
        ("1", "semantic"),
        ("", "semantic"),
        ("v", "semantic"),
        ("vv1.0.0", "semantic"),
        ("V1.0.0", "semantic"),
        ("01.0.0", "semantic"),
        ("1.0.0 ", "semantic"),
        ("1.0.0\n", "semantic"),
        ("-1.0.0", "semantic"),
        ("1.0.0-", "semantic"),
        ("1.0.0-rc_1", "semantic"),
        ("\u0661.0.0", "semantic"),
        ("1.0.0+build.7", "build metadata"),
        (f"1.0.0-{'a' * 123}", "128"),
    ],
)
def test_what_is_no_version(text: str, why: str) -> None:
    with pytest.raises(UsageError, match="is not a version") as caught:
        Version.parse(text)
    assert why in caught.value.why
    assert repr(text) in caught.value.what


@given(st.text(max_size=20))
def test_any_text_is_a_version_or_refused(text: str) -> None:
    try:
        version = Version.parse(text)
    except UsageError:
        return
    assert version.tag == text


def test_spellings_are_one_version() -> None:
    plain, prefixed = Version("1.1.2"), Version("v1.1.2")
    assert plain == prefixed
    assert len({plain, prefixed}) == 1
    assert plain.other_spelling().tag == "v1.1.2"
    assert prefixed.other_spelling().tag == "1.1.2"
    assert plain != "1.1.2"


def test_the_order_is_that_of_semver() -> None:
    ordered = ["0.9.0", "v1.0.0-a", "1.0.0-a.1", "1.0.0-rc.2", "v1.0.0-rc.10", "1.0.0", "1.0.9", "1.0.10"]
    versions = {Version.parse(text) for text in ordered}
    assert [version.tag for version in sorted(versions)] == ordered
    assert max(versions).tag == "1.0.10"


@pytest.mark.parametrize(
    ("text", "part", "after"),
    [
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("v1.2.3", Bump.PATCH, "v1.2.4"),
        ("1.3.0-rc.1", Bump.MINOR, "1.3.0"),
        ("v2.0.0-rc.1", Bump.MAJOR, "v2.0.0"),
    ],
)
def test_bumps_keep_the_spelling(text: str, part: Bump, after: str) -> None:
    assert Version.parse(text).bump(part).tag == after


def test_prereleases() -> None:
    assert Version("1.0.0-rc.1").prerelease
    assert not Version("v1.0.0").prerelease
