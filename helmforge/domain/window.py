"""When promotions may happen: allowed hours of the week and freezes, by the clock of one time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_HOURS = re.compile(
    rf"((?P<days>({_DAY})(-({_DAY}))?(,({_DAY})(-({_DAY}))?)*) +)?"
    r"(?P<start>[0-2]\d:[0-5]\d)-(?P<end>[0-2]\d:[0-5]\d)"
)
_MIDNIGHT = "24:00"
_DAY_LONG = timedelta(days=1)
_FURTHEST = 800  # steps: each is a start of allowed hours or an end of a freeze


@dataclass(frozen=True)
class Hours:
    """Minutes of a day from `start` on and before `end`, on these days of the week (Monday is 0)."""

    days: frozenset[int]
    start: timedelta
    end: timedelta

    @classmethod
    def parse(cls, text: str) -> Hours:
        """`Mon-Thu 09:00-16:00`, `Sat,Sun 10:00-12:00`, `00:00-24:00`. UsageError for anything else."""
        found = _HOURS.fullmatch(text)
        if found is None:
            raise UsageError("write it as `Mon-Thu 09:00-16:00` or `09:00-16:00`")
        start, end = _since_midnight(found["start"]), _since_midnight(found["end"])
        if start >= end:
            raise UsageError("it ends before it begins", why="hours past midnight are two entries")
        return cls(_days(found["days"]), start, end)

    def holds(self, local: datetime) -> bool:
        return local.weekday() in self.days and self.start <= local - _midnight(local) < self.end

    def next_start(self, local: datetime) -> datetime:
        """The first one after `local`."""
        first = _midnight(local)
        starts = (first + day * _DAY_LONG + self.start for day in range(9))
        return next(start for start in starts if start > local and start.weekday() in self.days)


def _since_midnight(text: str) -> timedelta:
    if text == _MIDNIGHT:
        return _DAY_LONG
    hours, minutes = (int(part) for part in text.split(":"))
    if hours > 23:  # noqa: PLR2004 - of a day
        raise UsageError(f"there is no {text} o'clock")
    return timedelta(hours=hours, minutes=minutes)


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(len(_DAYS)))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(days)


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time())


@dataclass(frozen=True)
class Freeze:
    """From `first` on and before `end`, in local time."""

    first: datetime
    end: datetime

    @classmethod
    def parse(cls, text: str) -> Freeze:
        """`2026-12-20..2027-01-04`, both included, or with times: `2026-12-20T18:00..2027-01-04T08:00`."""
        first, dots, last = text.partition("..")
        try:
            made = cls(_moment(first, last=False), _moment(last, last=True)) if dots else None
        except (ValueError, OverflowError):
            made = None
        if made is None:
            raise UsageError("write it as `2026-12-20..2027-01-04` or `2026-12-20T18:00..2027-01-04T08:00`")
        if made.first >= made.end:
            raise UsageError("it ends before it begins")
        return made

    def holds(self, local: datetime) -> bool:
        return self.first <= local < self.end


def _moment(text: str, *, last: bool) -> datetime:
    if "T" in text:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - local time of the window's zone
    day = datetime.combine(date.fromisoformat(text), time())
    return day + _DAY_LONG if last else day


@dataclass(frozen=True)
class Window:
    """Without `allow` every hour is allowed. Freezes win over allowed hours."""

    allow: tuple[Hours, ...] = ()
    freeze: tuple[Freeze, ...] = ()
    zone: tzinfo = UTC

    def objection(self, now: datetime) -> str:
        """Why nothing may be promoted now, and when it may again; "" when it may."""
        local = self._local(now)
        reason = self._closed(local)
        if not reason:
            return ""
        opens = self._opens(local)
        when = f"it opens at {_spoken(opens, self.zone)}" if opens else "it does not open again"
        return f"it is {_spoken(local, self.zone)}: {reason}; {when}"

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(self.zone).replace(tzinfo=None)

    def _closed(self, local: datetime) -> str:
        for freeze in self.freeze:
            if freeze.holds(local):
                return f"frozen from {_minutes(freeze.first)} to {_minutes(freeze.end)}"
        if self.allow and not any(hours.holds(local) for hours in self.allow):
            return "outside of the allowed hours"
        return ""

    def _opens(self, local: datetime) -> datetime | None:
        """Goes from one end of a freeze or start of allowed hours to the next."""
        for _ in range(_FURTHEST):
            if not self._closed(local):
                return local
            ends = [freeze.end for freeze in self.freeze if freeze.holds(local)]
            local = max(ends) if ends else min(hours.next_start(local) for hours in self.allow)
        return None


def _minutes(local: datetime) -> str:
    return local.isoformat(sep=" ", timespec="minutes")


def _spoken(local: datetime, zone: tzinfo) -> str:
    return f"{_DAYS[local.weekday()]} {_minutes(local)} ({zone})"
