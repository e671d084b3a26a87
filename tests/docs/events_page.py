"""The tables of docs/events.md."""

from __future__ import annotations

import re

from tests.docs.markdown import ROOT

EVENTS = ROOT / "docs" / "events.md"


def documented_keys(event: str) -> set[str]:
    """The keys of one kind of line, from its chapter."""
    return {key for key, _ in _rows(f"### event: {event}")}


def documented_facts() -> dict[str, set[str]]:
    """By kind of step; `objects_<environment>` is written out for the environments of the tests."""
    found = {}
    for verb, text in _rows("### Facts"):
        names = [] if text == "none" else re.findall(r"`([^`]*)`", text)
        found[verb] = {
            name.replace("<environment>", environment) for name in names for environment in ("qa", "prod")
        }
    return found


def documented_document(command: str) -> set[str]:
    """The keys at the top of what a command prints; those in parentheses are below one of them."""
    row = next(text for name, text in _rows("## Other commands") if name == command)
    return set(re.findall(r"`([^`]*)`", re.sub(r"\([^()]*\)", "", row)))


def _rows(heading: str) -> list[tuple[str, str]]:
    chapter = EVENTS.read_text(encoding="utf-8").split(f"\n{heading}\n")[1].split("\n#")[0]
    return re.findall(r"^\| `([^`]*)`[^|]* \| (.*) \|$", chapter, re.MULTILINE)
