"""Names from outside, parsed once. Nothing else reaches a path, a ref or an argument list."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


class _Name(str):
    """A string that was checked when it was made."""

    __slots__ = ()
    noun = "name"
    pattern = _DNS_1035
    longest = 63
    reserved: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UsageError with the rule that `text` breaks."""
        if not cls.pattern.fullmatch(text):
            why = (
                "lower-case letters, digits and '-' only, beginning with a letter, not ending with '-'"
                if cls.pattern is _DNS_1035
                else "lower-case letters, digits and '-' only, beginning and ending with a letter or digit"
            )
            raise UsageError(f"{text!r} is not a {cls.noun}", why=why)
        if len(text) > cls.longest:
            raise UsageError(f"{text!r} is not a {cls.noun}", why=f"at most {cls.longest} characters")
        if text in cls.reserved:
            raise UsageError(f"{text!r} is not a {cls.noun}", why="the name is reserved")
        return cls(text)


class ServiceName(_Name):
    """A DNS-1035 label of at most 53 characters: it is a Service and a Helm release (53) at once."""

    __slots__ = ()
    noun = "service name"
    longest = 53
    reserved = frozenset({"approvals", "charts"})


class EnvironmentName(_Name):
    """A DNS-1035 label; it stands in refs, file names and label values."""

    __slots__ = ()
    noun = "environment name"


class Namespace(_Name):
    """A Kubernetes namespace: a DNS-1123 label."""

    __slots__ = ()
    noun = "namespace"
    pattern = _DNS_1123


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` is most likely a misspelling of."""
    matches = get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return matches[0] if matches else None
