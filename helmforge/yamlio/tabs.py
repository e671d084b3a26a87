"""Tabs between tokens (`tag: x<TAB># why`). YAML allows them (1.2.2, section 6.2), ruamel.yaml does not."""

from __future__ import annotations

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

# What ends a token: `key:`, a `-` or `?` of its own. After it, or before a comment or the line's end, white
# space is no content. Between two words it is, and then the reader's refusal stands.
_BEFORE = re.compile(r"(?:.*:|(?:^|.*\s)[-?])\s*\Z", re.DOTALL)
_BEHIND = re.compile(r"[ \t]*(?:#|[\r\n]|\Z)")
_AFTER_SOMETHING = re.compile(r"[^\s#][^\n]*\t")
_MOST_READ = 2 * 1024 * 1024  # characters: every tab costs one more reading


def readable(text: str) -> str:
    """`text` with a space for each tab that the reader stumbles over, as long: all places stay true.

    Only where a token could begin, so never inside a value; and never in an indentation, where YAML
    forbids them. What is wrong otherwise is left for the reader to say.
    """
    left = _MOST_READ if _AFTER_SOMETHING.search(text) else 0
    while left > 0:
        left -= len(text) + 1
        place = _stumble(text)
        if text[place : place + 1] != "\t" or not _separates(text, place):
            break
        text = f"{text[:place]} {text[place + 1 :]}"
    return text


def _separates(text: str, place: int) -> bool:
    before = text[text.rfind("\n", 0, place) + 1 : place]
    return bool(before.strip()) and bool(_BEFORE.match(before) or _BEHIND.match(text, place))


def _stumble(text: str) -> int:
    """Where the reader stops; the end of the text when it does not."""
    try:
        for _ in YAML(typ="safe", pure=True).parse(text):
            pass
    except MarkedYAMLError as error:
        return error.problem_mark.index if error.problem_mark else len(text)
    except (YAMLError, ValueError, OverflowError):
        pass
    return len(text)
