"""Objects without their secrets: whether two values are equal stays visible, the values do not."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_WORDS = (
    r"passw(?:or)?d|passphrase|pwd|secret|token|credential|authorization|bearer|dsn|salt|webhook|cookie"
    r"|(?:api|access|account|private|signing|encryption|auth|license|master|shared|session)[-_.]?key"
    r"|connection[-_.]?string|(?<![a-zA-Z0-9])pass(?![a-zA-Z0-9])"
)
_SECRET_KEY = re.compile(_WORDS, re.IGNORECASE)
# `secretName`, `passwordSecretRef`, `TOKEN_FILE` say where a secret is, not what it is
_PLACE = re.compile(
    r"(?:refs?|names?|namespace|path|file|dir|seconds|class|mode)\Z|\Aexisting", re.IGNORECASE
)
# Fields of Kubernetes that hold more fields, not a secret
_STRUCTURES = frozenset({"secret", "secrets", "imagePullSecrets", "serviceAccountToken", "tokenRequests"})
_URL = re.compile(r"(?<=://)(?P<before>[^/\s:@]*:)(?P<value>[^/\s@]+)(?=@)")
# Lines of configuration files, options, JSON in one line. The bounds keep it linear in long words.
_ASSIGNED = re.compile(
    rf"(?<![\w.-])(?P<key>[\w.-]{{0,100}}?(?:{_WORDS})[\w.-]{{0,100}})(?P<sign>[\"']?[ \t]*[:=][ \t]*)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,}][^\n]*)",
    re.IGNORECASE,
)
_FLAG = re.compile(
    rf"(?<![\w.-])(?P<key>--?[\w.-]{{0,100}}?(?:{_WORDS})[\w.-]{{0,100}})(?P<sign>[ \t]+)"
    r"(?P<value>[^\s-]\S*)",
    re.IGNORECASE,
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)")
_OPTION = re.compile(r"--?[\w.-]+")
_SHORTEST = 6  # characters: shorter ones stand in other words by chance
_IN_TEXT = "text"

_Seen: TypeAlias = "Callable[[str, object], str]"


def secret_values(objects: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """What `masked` hides under a key, so that it is found again where no key gives it away."""
    found: set[str] = set()

    def note(_: str, value: object) -> str:
        found.update(text for text in _forms(str(value)) if len(text) >= _SHORTEST)
        return ""

    walk = _Walk(note)
    for one in objects:
        walk.manifest(one)
    return frozenset(found)


def masked(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, known: Iterable[str] = ()
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Two states of one object. Under one key equal values have one number, different ones two."""
    walk = _Walk(_Numbers().of, tuple(sorted(known, key=lambda text: (-len(text), text))))
    return (walk.manifest(old) if old is not None else None, walk.manifest(new) if new is not None else None)


def masked_text(text: str) -> str:
    """Without what looks like a secret in lines of text: a program's words about values."""
    return _Walk(_Numbers().of).text(text)


def _forms(text: str) -> tuple[str, ...]:
    text = text.strip().strip("\"'")
    coded = base64.b64encode(text.encode(errors="replace")).decode()
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return (text, coded)
    return (text, coded, plain.strip())


@dataclass
class _Numbers:
    _values: dict[str, list[object]] = field(default_factory=dict)

    def of(self, key: str, value: object) -> str:
        values = self._values.setdefault(key, [])
        if value not in values:
            values.append(value)
        return f"*** (value {values.index(value) + 1})"


@dataclass
class _Walk:
    """`seen` is told each secret with its key, and says what stands in its place."""

    seen: _Seen
    known: tuple[str, ...] = ()

    def manifest(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        sealed = {"data", "stringData"} if manifest.get("kind") == "Secret" else set()
        sealed |= {"binaryData"}
        return {
            str(key): self._value(str(key), value, secret=key in sealed or _is_secret(str(key), value))
            for key, value in manifest.items()
        }

    def _value(self, key: str, value: object, *, secret: bool) -> object:
        if isinstance(value, dict):
            return self._mapping(value, secret=secret)
        if isinstance(value, list):
            return self._list(key, value, secret=secret)
        if value is None or isinstance(value, bool):
            return value
        if secret:
            return self.seen(key, value)
        return self.text(value) if isinstance(value, str) else value

    def _mapping(self, mapping: dict[Any, Any], *, secret: bool) -> dict[str, Any]:
        """`{name: DB_PASSWORD, value: ...}` names its key itself."""
        name = mapping.get("name")
        named = isinstance(name, str) and "value" in mapping and _is_secret(name, mapping["value"])
        found = {}
        for key, value in mapping.items():
            if named and key == "value":
                found[key] = self._value(str(name), value, secret=True)
            else:
                hidden = secret or _is_secret(str(key), value)
                found[self.text(str(key))] = self._value(str(key), value, secret=hidden)
        return found

    def _list(self, key: str, items: list[Any], *, secret: bool) -> list[Any]:
        found, option = [], ""
        for item in items:
            hidden = secret or bool(option)
            found.append(self._value(option or key, item, secret=hidden))
            takes = isinstance(item, str) and _OPTION.fullmatch(item) and _is_secret(item, item)
            option = str(item) if takes and not option else ""
        return found

    def text(self, text: str) -> str:
        text = _PEM.sub(lambda match: self.seen(_IN_TEXT, match[0]), text)
        text = _URL.sub(lambda match: match["before"] + self.seen(_IN_TEXT, match["value"]), text)
        text = _FLAG.sub(self._assigned, _ASSIGNED.sub(self._assigned, text))
        for secret in self.known:
            if secret in text:
                text = text.replace(secret, self.seen(_IN_TEXT, secret))
        return text

    def _assigned(self, match: re.Match[str]) -> str:
        if _PLACE.search(match["key"]) or match["value"].startswith("*** (value "):
            return match[0]
        return match["key"] + match["sign"] + self.seen(match["key"], match["value"])


def _is_secret(key: str, value: object) -> bool:
    if not _SECRET_KEY.search(key) or _PLACE.search(key):
        return False
    return key not in _STRUCTURES or not isinstance(value, dict | list)
