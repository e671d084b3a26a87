"""The small part of YAML that most service.yaml files are written in, read without a YAML library.

A thousand services are read for every `pipeline plan`. Only what cannot mean anything else is taken:
`key: text`, `key: [text, text]`, `key: {key: text}`, and `key:` above indented `- text` or `key: text` lines,
with comments. For all the rest the answer is None, and the real parser reads the file. tests/yamlio proves
that both say the same.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Flat: TypeAlias = "dict[str, str | list[str] | dict[str, str]]"

_KEY = r"[A-Za-z][A-Za-z0-9_]*"
# Begins with a letter (or `./`, `../`): no number. Holds no colon, '#', comma, bracket: nothing but itself.
_PLAIN = r"(?:[A-Za-z]|\.\.?/)[A-Za-z0-9._/=-]*(?: [A-Za-z0-9._/=-]+)*"
_TEXT = rf"""(?:{_PLAIN}|"[^"\\]*"|'[^']*')"""
_END = r"(?: +#.*| *)"
_LIST = rf"\[ *(?P<list>{_TEXT}(?: *, *{_TEXT})*) *\]"
_ENTRY = rf"{_KEY}: +{_TEXT}"
_MAP = rf"\{{ *(?P<map>{_ENTRY}(?: *, *{_ENTRY})*) *\}}"
_PAIR = re.compile(rf"(?P<key>{_KEY}):(?: +(?:(?P<text>{_TEXT})|{_LIST}|{_MAP}))?{_END}")
_ITEM = re.compile(rf"  - (?P<text>{_TEXT}){_END}")
_CHILD = re.compile(rf"  (?P<key>{_KEY}): +(?P<text>{_TEXT}){_END}")
_BLANK = re.compile(r" *(?:#.*)?")
_PRINTABLE = re.compile(r"[\n -~]*")
_TEXTS = re.compile(_TEXT)
_ENTRIES = re.compile(rf"({_KEY}): +({_TEXT})")
_NOT_TEXT = frozenset({"null", "true", "false"})
_LARGEST = 4096


def parse_flat(text: str) -> Flat | None:
    """The data of a flat document, or None when `text` is anything else."""
    if len(text) > _LARGEST or not _PRINTABLE.fullmatch(text):
        return None
    data: Flat = {}
    lines = [line for line in text.split("\n") if not _BLANK.fullmatch(line)]
    try:
        _read(lines, data)
    except _NotFlatError:
        return None
    return data


class _NotFlatError(Exception):
    pass


def _read(lines: list[str], data: Flat) -> None:
    place = 0
    while place < len(lines):
        match = _PAIR.fullmatch(lines[place])
        if match is None or match["key"] in data:
            raise _NotFlatError
        place += 1
        if match["text"] is not None:
            data[match["key"]] = _string(match["text"])
        elif match["list"] is not None:
            data[match["key"]] = [_string(text) for text in _TEXTS.findall(match["list"])]
        elif match["map"] is not None:
            data[match["key"]] = _mapping(_ENTRIES.findall(match["map"]))
        else:
            children = _indented(lines, place)
            data[match["key"]] = _children(children)
            place += len(children)


def _indented(lines: list[str], start: int) -> list[str]:
    end = start
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return lines[start:end]


def _children(lines: list[str]) -> list[str] | dict[str, str]:
    items = [match for line in lines if (match := _ITEM.fullmatch(line))]
    if items and len(items) == len(lines):
        return [_string(match["text"]) for match in items]
    pairs = [match for line in lines if (match := _CHILD.fullmatch(line))]
    if not lines or len(pairs) != len(lines):
        raise _NotFlatError
    return _mapping([(match["key"], match["text"]) for match in pairs])


def _mapping(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = {key: _string(text) for key, text in pairs}
    if len(found) != len(pairs):
        raise _NotFlatError  # a key that stands twice is an error, with its line
    return found


def _string(text: str) -> str:
    if text[0] in "'\"":
        return text[1:-1]
    if text.lower() in _NOT_TEXT:
        raise _NotFlatError
    return text
