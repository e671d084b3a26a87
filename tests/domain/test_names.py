"""Names from outside: what passes is safe in a path, a ref, a label and an argument list."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.domain.names import EnvironmentName, Namespace, ServiceName, nearest
from helmforge.errors import UsageError

NAMES = [ServiceName, EnvironmentName, Namespace]
BAD = [
    "",
    "-",
    "-x",
    "x-",
    "X",
    "a_b",
    "a.b",
    "a/b",
    "..",
    "a b",
    "a\n",
    "größe",
    "$(id)",
    "a;b",
    "a\0b",
    "\u0661",
]


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("text", ["a", "shop", "a-b--c", "a1", "x" * 53])
def test_good_names(kind: type[ServiceName], text: str) -> None:
    assert kind.parse(text) == text


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("text", BAD)
def test_bad_names(kind: type[ServiceName], text: str) -> None:
    with pytest.raises(UsageError, match=f"is not an? {kind.noun}") as caught:
        kind.parse(text)
    assert "lower-case" in caught.value.why
    assert repr(text) in caught.value.what


@pytest.mark.parametrize(("kind", "longest"), [(ServiceName, 53), (EnvironmentName, 63), (Namespace, 63)])
def test_lengths(kind: type[ServiceName], longest: int) -> None:
    assert kind.parse("a" * longest)
    with pytest.raises(UsageError) as caught:
        kind.parse("a" * (longest + 1))
    assert str(longest) in caught.value.why


def test_only_namespaces_may_begin_with_a_digit() -> None:
    assert Namespace.parse("1a") == "1a"
    for kind in (ServiceName, EnvironmentName):
        with pytest.raises(UsageError, match="'1a'"):
            kind.parse("1a")


@pytest.mark.parametrize("text", ["approvals", "charts"])
def test_reserved_service_names(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        ServiceName.parse(text)
    assert "reserved" in caught.value.why
    assert EnvironmentName.parse(text) == text


@given(st.text())
def test_nothing_else_passes(text: str) -> None:
    try:
        ServiceName.parse(text)
        complaint = ""
    except UsageError as error:
        complaint = str(error)
    assert complaint.isprintable()
    assert complaint or re.fullmatch("[a-z](?:[a-z0-9-]{0,51}[a-z0-9])?", text)


def test_the_nearest_name() -> None:
    assert nearest("prd", ["qa", "prod"]) == "prod"
    assert nearest("xyz", ["qa", "prod"]) is None
    assert nearest("qa", []) is None
