"""A chart's lock exactly as helmforge writes it, read without a YAML library.

`update --all --check` reads a hundred of them, and YAML takes ten milliseconds for each. Whether this reading
is right is not believed but proven: the caller writes the lock again, and compares.
"""

from __future__ import annotations

import re
from typing import Any

_TEXT = r'"([^"\\\n]*)"'
_HEAD = re.compile(
    rf"#[^\n]*\nlock: (\d)\ntemplates:\n  version: {_TEXT}\n(?:  overrides: {_TEXT}\n)?"
    rf"answers:\n  service: {_TEXT}\n  type: {_TEXT}\n  context: {_TEXT}\n  port: (\d{{1,5}})\n"
    rf"  registry: {_TEXT}\n  environments: \[([^\]\n]*)\]\nfiles:\n"
)
_FILE = re.compile(rf"  \"?([^\"\\\s:]+)\"?:(?: {_TEXT})?")
_BLOB = re.compile(rf"    blob: {_TEXT}")
_BLOCK = re.compile(r"    text: \|2?([+-]?)")
_INDENT = "      "


def read_own_lock(text: str) -> dict[str, Any] | None:
    """The data of the document; None for everything that looks different."""
    head = _HEAD.match(text)
    files = _files(text[head.end() :].split("\n")[:-1]) if head else None
    if head is None or files is None:
        return None
    lock, version, overrides, service, type_, context, port, registry, environments = head.groups()
    return {
        "lock": int(lock),
        "templates": {"version": version} | ({"overrides": overrides} if overrides is not None else {}),
        "answers": {
            "service": service,
            "type": type_,
            "context": context,
            "port": int(port),
            "registry": registry,
            "environments": re.findall(_TEXT, environments),
        },
        "files": files,
    }


def _files(lines: list[str]) -> dict[str, Any] | None:
    files: dict[str, Any] = {}
    at = 0
    while at < len(lines):
        found = _FILE.fullmatch(lines[at])
        if found is None:
            return None
        at += 1
        if found[2] is not None:
            files[found[1]] = found[2]
            continue
        blob, block = (
            _BLOB.fullmatch("".join(lines[at : at + 1])),
            _BLOCK.fullmatch("".join(lines[at + 1 : at + 2])),
        )
        if blob is None or block is None:
            return None
        body = _indented(lines, at + 2)
        at += 2 + len(body)
        files[found[1]] = {"blob": blob[1], "text": "\n".join(body) + ("" if block[1] == "-" else "\n")}
    return files


def _indented(lines: list[str], start: int) -> list[str]:
    end = start
    while end < len(lines) and (not lines[end] or lines[end].startswith(_INDENT)):
        end += 1
    return [line.removeprefix(_INDENT) for line in lines[start:end]]
