from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from helmforge.domain.window import Freeze, Hours, Window
from helmforge.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Window(
    (Hours.parse("Mon-Thu 09:00-16:00"), Hours.parse("Fri 09:00-12:00")),
    (Freeze.parse("2026-12-20..2027-01-04"), Freeze.parse("2026-11-26T18:00..2026-11-30T08:00")),
    BERLIN,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T09:00", ""),
        ("2026-11-23T15:59:59", ""),
        ("2026-11-23T16:00", "Tue 2026-11-24 09:00"),
        ("2026-11-23T08:59:59", "Mon 2026-11-23 09:00"),
        ("2026-11-27T12:00", "Mon 2026-11-30 09:00"),
        ("2026-11-26T18:00", "Mon 2026-11-30 09:00"),
        ("2026-11-28T10:00", "Mon 2026-11-30 09:00"),
        ("2026-12-18T12:30", "Tue 2027-01-05 09:00"),
        ("2026-12-20T00:00", "Tue 2027-01-05 09:00"),
        ("2027-01-04T23:59", "Tue 2027-01-05 09:00"),
        ("2027-03-28T04:00", "Mon 2027-03-29 09:00"),  # after the change to summer time
    ],
)
def test_when_it_is_open_and_when_it_opens(now: str, opens: str) -> None:
    said = WEEK.objection(at(now))
    assert bool(said) == bool(opens)
    assert said.endswith(f"it opens at {opens} (Europe/Berlin)") or not opens


def test_the_zone_decides() -> None:
    hours = (Hours.parse("09:00-17:00"),)
    now = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert not Window(hours, zone=BERLIN).objection(now)
    assert "outside of the allowed hours" in Window(hours).objection(now)


def test_every_hour_is_allowed_without_rules_and_freezes_win() -> None:
    now = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
    assert not Window().objection(now)
    assert "frozen from 2026-12-20 00:00" in Window(
        freeze=(Freeze.parse("2026-12-20..2027-01-04"),)
    ).objection(now)


def test_days_go_round_the_week() -> None:
    assert Hours.parse("Sat-Mon,Wed 00:00-24:00").days == {5, 6, 0, 2}


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "mon 09:00-10:00", "Mon 9:00-10:00", "10:00-09:00", "25:00-26:00", "Mon 09:00-10:00\n"],
)
def test_wrong_hours(text: str) -> None:
    with pytest.raises(UsageError):
        Hours.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "2026-12-20", "2026-12-20..", "2026-12-20..2026-12-19", "2026-13-01..2027-01-01", "..", "9..10"],
)
def test_wrong_freezes(text: str) -> None:
    with pytest.raises(UsageError):
        Freeze.parse(text)
