"""Whether a command printed what a page shows: word for word, but for what differs between two runs."""

from __future__ import annotations

import re

# Digests, commits, addresses, times, durations and ages; `sha256:0123...` may be cut short in a page.
_VARIABLE = (
    (re.compile(r"sha256:[0-9a-f]+(\.\.\.)?"), "<digest>"),
    (re.compile(r"\bg?([0-9a-f]{40}|[0-9a-f]{12})\b"), "<commit>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "<address>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+\+\d\d:\d\d"), "<time>"),
    (re.compile(r"\(\d+\.\d s\)"), "(<duration>)"),
    (re.compile(r"(?<=\s)\d+[smhd](?=\s|$)"), "<age>"),
    (re.compile(r"[ \t]+"), " "),
)


def settled(text: str) -> list[str]:
    """The lines of `text`, with a name in the place of everything that differs between two runs."""
    for pattern, name in _VARIABLE:
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.splitlines()]


def fits(shown: str, printed: str) -> bool:
    """A line `...` of the page stands for any number of lines, `...` within a line for any text."""
    pattern = "".join(
        r"(?:[^\n]*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", r"[^\n]*") + "\n"
        for line in settled(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in settled(printed))) is not None
