"""WWW-Authenticate headers (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - a pattern
_PARAMETER = re.compile(rf'[\s,]*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SCHEME = re.compile(rf"[\s,]*({_TOKEN})(?=[\s,]|$)")


@dataclass(frozen=True)
class Challenge:
    """`scheme` and the names of parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse(header: str) -> tuple[Challenge, ...]:
    """All challenges of a header, also of several that were joined with commas."""
    found: list[Challenge] = []
    position = 0
    while position < len(header):
        parameter = _PARAMETER.match(header, position) if found else None
        match = parameter or _SCHEME.match(header, position)
        if match is None:
            break
        if parameter is None:
            found.append(Challenge(match[1].lower(), {}))
        else:
            value = parameter[3] if parameter[2] is None else re.sub(r"\\(.)", r"\1", parameter[2])
            last = found[-1]
            found[-1] = Challenge(last.scheme, {**last.parameters, parameter[1].lower(): value})
        position = match.end()
    return tuple(found)
