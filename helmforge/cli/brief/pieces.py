"""What a page is made of before it has a form. Each form neutralises text from outside in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class Outside(str):
    """Text that helmforge did not write: names, subjects, messages, values."""

    __slots__ = ()


@dataclass(frozen=True)
class Sentence:
    """Our words, which begin it, and text from outside between them."""

    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Command:
    """Something to type, made of checked names."""

    text: str


@dataclass(frozen=True)
class Diff:
    """A unified diff without its header."""

    name: str
    lines: tuple[str, ...]


Block: TypeAlias = Sentence | Table | Command | Diff


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    title: str
    sections: tuple[Section, ...]


def say(*pieces: str) -> Sentence:
    return Sentence(pieces)


def not_known(why: str) -> Sentence:
    return say("not known: ", Outside(why))
