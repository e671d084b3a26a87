"""Texts of reports, which images and databases fill: never longer than a line, never an escape sequence."""

from __future__ import annotations

_LONGEST = 200


def word(text: object) -> str:
    """A name of a report. ValueError when it is no text, so that a changed format is no clean report."""
    if not isinstance(text, str):
        raise ValueError(f"expected a text, got {type(text).__name__}")  # noqa: TRY004 - all are caught as one
    return first_line(text)


def first_line(text: str) -> str:
    """The first line with words in it, as one line that a terminal shows as it is."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    plain = "".join(char if char.isprintable() else " " for char in line)
    return f"{plain[:_LONGEST]}…" if len(plain) > _LONGEST else plain
