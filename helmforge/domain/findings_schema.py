"""What Helm says about values that their schema refuses: Helm 3 writes `image.tag`, Helm 4 `/image/tag`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINTER = re.compile(r"^ *- at '(?P<pointer>[^\n]*?)': (?P<text>.*)$")
_DOTTED = re.compile(r"^- (?P<path>\(root\)|[^:\s]+): (?P<text>.*)$")
_UNKNOWN = re.compile(r"additional propert(?:y|ies) (?P<names>'.*') not allowed", re.IGNORECASE)
_UNKNOWN_3 = re.compile(r"Additional property (?P<name>.*) is not allowed")
_MISSING = re.compile(r"missing propert(?:y|ies) (?P<names>'.*')")
_MISSING_3 = re.compile(r"(?P<name>\S+) is required")
_QUOTED = re.compile(r"'([^']*)'")


def schema_problems(text: str) -> Iterator[tuple[str, str]]:
    """(values key, message) for each complaint; key "" is the whole of the values.

    A text that is no list of complaints comes back whole, under the key "": the schema itself is broken.
    """
    lines = text.splitlines()
    found = [one for line in lines for one in _complaint(line)]
    yield from found if found and lines[0].startswith("- ") else [("", text.strip())]


def _complaint(line: str) -> Iterator[tuple[str, str]]:
    if at := _POINTER.match(line):
        names = _UNKNOWN.search(at["text"]) or _MISSING.search(at["text"])
        keys = _QUOTED.findall(names["names"]) if names else []
        yield from _below(_from_pointer(at["pointer"]), keys, at["text"])
    elif at := _DOTTED.match(line):
        name = _UNKNOWN_3.fullmatch(at["text"]) or _MISSING_3.fullmatch(at["text"])
        path = "" if at["path"] == "(root)" else at["path"]
        yield from _below(path, [name["name"]] if name else [], at["text"].removeprefix(f"{path} "))


def _below(path: str, keys: list[str], text: str) -> Iterator[tuple[str, str]]:
    """Complaints about single keys of the mapping at `path`, or the one about `path` itself."""
    for key in keys:
        yield f"{path}.{key}" if path else key, text
    if not keys:
        yield path, text


def _from_pointer(pointer: str) -> str:
    """RFC 6901: `/route/hosts/0` -> `route.hosts.0`, as Helm 3 writes it."""
    parts = pointer.removeprefix("/").split("/")
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in parts)
