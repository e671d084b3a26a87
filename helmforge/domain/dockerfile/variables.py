"""Variables in instructions (Dockerfile reference: "Environment replacement")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "\0"  # stands for any text: only the builder, or an image that nobody reads here, knows it
PREDEFINED = frozenset(
    {f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")}
    | {
        name
        for proxy in ("HTTP", "HTTPS", "FTP", "NO", "ALL")
        for name in (f"{proxy}_PROXY", f"{proxy.lower()}_proxy")
    }
    | {"TARGETSTAGE"}
)
_SPECIAL = frozenset("$\"'")
_TOKEN = re.compile(
    r"\$(?P<name>[A-Za-z_]\w*|\d)|\$\{(?P<braced>[A-Za-z_]\w*)(?P<change>[^{}]*)\}|(?P<brace>\$\{)|(?P<quote>[\"'])",
    re.ASCII,
)


def expand(word: str, values: Mapping[str, str], *, escape: str, missing: str) -> str:
    """Quotes and escapes removed. A variable that is not in `values` becomes `missing`."""
    if escape not in word and _SPECIAL.isdisjoint(word):
        return word
    found, at, quoted = [], 0, False
    while at < len(word):
        if word[at] == escape and at + 1 < len(word):
            found.append(word[at + 1])
            at += 2
            continue
        token = _TOKEN.match(word, at)
        if token is None:
            found.append(word[at])
            at += 1
            continue
        at = token.end()
        if token["brace"]:  # nested: not worth a parser
            return "".join([*found, UNKNOWN])
        if token["quote"] == "'" and not quoted and "'" in word[at:]:
            literal, _, rest = word[at:].partition("'")
            found.append(literal)
            at = len(word) - len(rest)
        elif token["quote"]:
            quoted = quoted != (token["quote"] == '"')
        else:
            found.append(_value(token["name"] or token["braced"], token["change"] or "", values, missing))
    return "".join(found)


def _value(name: str, change: str, values: Mapping[str, str], missing: str) -> str:
    value = values.get(name, UNKNOWN if name in PREDEFINED else missing)
    if not change:
        return value
    operator, word = change.lstrip(":")[:1], change.lstrip(":")[1:]
    if UNKNOWN in value or operator not in {"-", "+"} or set("$\"'\\`") & set(word):
        return UNKNOWN
    unset = not value if change.startswith(":") else name not in values
    return word if unset == (operator == "-") else (value if operator == "-" else "")
