from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.adapters.registry.challenges import Challenge, parse

_SCOPE = "repository:a/b:pull,push"
_HUB = f'Bearer realm="https://auth.example/token",service="x",scope="{_SCOPE}"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            _HUB,
            [Challenge("bearer", {"realm": "https://auth.example/token", "service": "x", "scope": _SCOPE})],
        ),
        ('Basic realm="a \\"b\\" c"', [Challenge("basic", {"realm": 'a "b" c'})]),
        ("Negotiate", [Challenge("negotiate", {})]),
        (
            'Negotiate, BASIC Realm=x , bearer realm = "y"',
            [
                Challenge("negotiate", {}),
                Challenge("basic", {"realm": "x"}),
                Challenge("bearer", {"realm": "y"}),
            ],
        ),
        (
            'Bearer realm="",error="insufficient_scope"',
            [Challenge("bearer", {"realm": "", "error": "insufficient_scope"})],
        ),
        ("", []),
        ('"', []),
    ],
)
def test_challenges_are_understood(header: str, expected: list[Challenge]) -> None:
    assert list(parse(header)) == expected


@given(st.text(alphabet=' ,="\\abB/:é', max_size=60))
def test_no_header_breaks_the_parser(header: str) -> None:
    parse(header)
