"""A part of a brief is a fact, or the reason why it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar


@dataclass(frozen=True)
class Unknown:
    """`why` is one line, with text from outside."""

    why: str


T = TypeVar("T")
Part: TypeAlias = T | Unknown
