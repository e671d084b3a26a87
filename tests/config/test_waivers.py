"""The file with waivers: every mistake is named with its line."""

from __future__ import annotations

from datetime import date

import pytest

from helmforge.config import parse_waivers
from helmforge.domain.waivers import Waiver
from helmforge.errors import ConfigError

FILE = ".helmforge/waivers.yaml"
WHOLE = """\
waivers:
  - id: CVE-2026-1
    reason: |
      The function is
      never called.
    owner: team-shop@example.com
    expires: 2026-12-31
    services: [shop, orders]
    packages: [openssl]
  - {id: github-pat, reason: "a test's\\e[31m key", owner: Ada, expires: "2027-01-01"}
"""


def test_a_whole_file() -> None:
    assert parse_waivers(WHOLE, FILE) == (
        Waiver(
            "CVE-2026-1",
            "The function is never called.",
            "team-shop@example.com",
            date(2026, 12, 31),
            ("shop", "orders"),
            ("openssl",),
        ),
        Waiver("github-pat", "a test's [31m key", "Ada", date(2027, 1, 1)),
    )


def test_no_waivers() -> None:
    assert parse_waivers("waivers: []\n", FILE) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("  - id: CVE-2026-1\n    reason", "  - reason", 2, "id"),
        ("    owner: team-shop@example.com\n", "", 2, "owner"),
        ("    expires: 2026-12-31\n", "", 2, "expires"),
        ('reason: "a test\'s\\e[31m key"', "reason: ' '", 10, "waivers[1].reason"),
        ("2026-12-31", "2026-02-30", 7, "waivers[0].expires"),
        ("2026-12-31", "soon", 7, "a date such as 2027-01-31"),
        ("2026-12-31", "20261231", 7, "waivers[0].expires"),
        ("[openssl]", "[]", 9, "waivers[0].packages"),
        ("packages:", "package:", 9, "did you mean 'packages'?"),
        ("waivers:", "waiver:", 1, "did you mean 'waivers'?"),
    ],
)
def test_a_wrong_file(old: str, new: str, line: int, part: str) -> None:
    assert old in WHOLE
    with pytest.raises(ConfigError) as caught:
        parse_waivers(WHOLE.replace(old, new), FILE)
    text = str(caught.value)
    assert f"{FILE}:{line}" in text
    assert part in text


@pytest.mark.parametrize("text", ["", "- id: CVE-2026-1\n", "waivers: {}\n", "\x00", "waivers: [\n"])
def test_what_is_no_such_file(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_waivers(text, FILE)
