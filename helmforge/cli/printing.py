"""Text for people: tables, ages, and the neutralising of hostile text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

# What a terminal obeys, what ends a line somewhere, and what is invisible or turns text round. The joiners
# U+200C and U+200D stay: scripts and emoji need them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_])")
# `##[command]` (GitHub, Azure) and `##vso[...]` (Azure) count anywhere in a line, `::command::` (GitHub)
# after white space only. Joiners are seen through: .NET compares texts without them.
_ANYWHERE = re.compile(
    r"(#[\u200c\u200d]*#[\u200c\u200d]*(?:v[\u200c\u200d]*s[\u200c\u200d]*o)?)"
    r"([\u200c\u200d]*)\[",
    re.IGNORECASE,
)
_AT_THE_START = re.compile(r"\A([\s\u200c\u200d]*):(?=[\u200c\u200d]*:)")


def clean(text: str) -> str:
    """One line that a terminal shows as it is, and in which no CI system finds a command: escape
    sequences removed, control characters and what begins a command visible. Cleaning twice changes nothing.
    """
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", _ESCAPE.sub("", text))
    return _AT_THE_START.sub(r"\1\\x3a", _ANYWHERE.sub(r"\1\2\\x5b", shown))


def clean_lines(text: str) -> list[str]:
    return [clean(line) for line in text.splitlines()]


def as_json(document: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """JSON in ASCII in which no CI system finds a command."""
    text = json.dumps(document, indent=indent, sort_keys=sort_keys)
    return _ANYWHERE.sub(r"\1\2\\u005b", text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart, as kubectl and Helm print them."""
    lines = [[clean(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def age(since: datetime | None, now: datetime) -> str:
    """`5d`, `3h`, `12m`, `40s`: the two largest units are one too many for a table."""
    if since is None:
        return ""
    delta: timedelta = now - since
    seconds = max(0, int(delta.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
