"""The waivers of image scans, which scan.ignoreFile names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from helmforge.domain.waivers import Waiver
from helmforge.schemas import Schema
from helmforge.schemas.problem import Problem
from helmforge.yamlio import parse

if TYPE_CHECKING:
    from collections.abc import Iterator


def parse_waivers(text: str, name: str) -> tuple[Waiver, ...]:
    """Raises one ConfigError that lists every problem with its line."""
    document = parse(text, name)
    schema = Schema("waivers")
    schema.check(document)
    entries: list[dict[str, Any]] = document.data["waivers"]
    schema.report(document, _broken_dates(entries))
    return tuple(
        Waiver(
            _one_line(entry["id"]),
            _one_line(entry["reason"]),
            _one_line(entry["owner"]),
            date.fromisoformat(entry["expires"]),
            tuple(entry.get("services", ())),
            tuple(entry.get("packages", ())),
        )
        for entry in entries
    )


def _broken_dates(entries: list[dict[str, Any]]) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        try:
            date.fromisoformat(entry["expires"])
        except ValueError as error:
            text = f"expected a day of the calendar, got {entry['expires']!r}: {error}"
            yield Problem(("waivers", index, "expires"), text)


def _one_line(text: str) -> str:
    """For terminals and reports."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
