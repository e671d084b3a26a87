"""How a string is written in YAML so that every reader takes it for just that string."""

from __future__ import annotations

import json
import re

from helmforge.yamlio.nodes import plain_value

_UNAMBIGUOUS = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*|[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9.-]+)?")
_YAML_1_1_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})  # Helm's reader still knows them


def scalar(value: str) -> str:
    """Without quotes only when no reader can take it for anything but this text."""
    is_text = isinstance(plain_value(value), str) and value.lower() not in _YAML_1_1_BOOLEANS
    return value if is_text and _UNAMBIGUOUS.fullmatch(value) else quoted(value)


def quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)  # a JSON string is a YAML string
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
