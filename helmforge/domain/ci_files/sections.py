"""The parts of a generated file that are its users': generating the file again keeps them.

A section stands between two comments, `# begin yours: NAME` and `# end yours: NAME` (`//` in Groovy).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_KEY = re.compile(r"""[\"']?([\w.-]+)[\"']?[ ]*:(?:[ ].*)?""")
_MARK = re.compile(r"[ \t]*(?:#|//) (begin|end) yours: ([a-z][a-z0-9-]*)[ \t]*")


@dataclass(frozen=True)
class _Section:
    """`lines` are those between the marks; `first` and `after` are their indices in the file."""

    name: str
    first: int
    after: int
    lines: tuple[str, ...]


def keep_sections(generated: str, existing: str, path: str) -> str:
    """`generated` with the users' lines of `existing`, the file at `path` as it is now, and its line ends.

    Raises UsageError when marks of `existing` do not match, and RefusedError when it has lines in a section
    that the new file has not: they would be lost, or a key that the new file brings itself.
    """
    if existing.partition("\n")[0].endswith("\r"):  # Git on Windows checks files out like this
        return keep_sections(generated, existing.replace("\r\n", "\n"), path).replace("\n", "\r\n")
    kept = {section.name: section.lines for section in _sections(existing, path)}
    news = tuple(_sections(generated, path))
    lost = [name for name, own in kept.items() if any(map(str.strip, own)) and name not in _names(news)]
    if lost:
        raise RefusedError(
            f"the new {path} has no section {', '.join(map(repr, lost))}",
            where=path,
            why="its lines would be lost",
            hint=f"move them to another section ({', '.join(sorted(_names(news)))}) and generate again",
        )
    filled = _filled(generated, news, kept)
    for name, key in sorted(_twice(filled, path) - _twice(existing, path)):
        raise RefusedError(
            f"the new {path} would have {key!r} twice",
            where=path,
            why=f"helmforge.yaml now asks for it, and the section {name!r} has it already",
            hint="remove it from the section and generate again",
        )
    return filled


def copy_sections(generated: str, source: str, path: str) -> str:
    """`generated` with the users' lines of those sections that `source`, the file at `path`, has, too.

    Raises UsageError when marks of `source` do not match.
    """
    kept = {section.name: section.lines for section in _sections(source.replace("\r\n", "\n"), path)}
    return _filled(generated, tuple(_sections(generated, path)), kept)


def _filled(generated: str, sections: tuple[_Section, ...], kept: Mapping[str, tuple[str, ...]]) -> str:
    lines = generated.split("\n")
    for section in reversed(sections):
        if section.name in kept:
            lines[section.first : section.after] = kept[section.name]
    return "\n".join(lines)


def _names(sections: tuple[_Section, ...]) -> set[str]:
    return {section.name for section in sections}


def _twice(text: str, path: str) -> set[tuple[str, str]]:
    """Sections of YAML with those of their keys that stand in the same mapping outside of them, too."""
    lines = text.split("\n")
    found = set()
    for section in _sections(text, path):
        depth = min((_depth(line) for line in section.lines if _says_something(line)), default=0)
        around = (*_siblings(lines[: section.first][::-1], depth), *_siblings(lines[section.after :], depth))
        found |= {(section.name, key) for key in _siblings(section.lines, depth) if key in around}
    return found


def _siblings(lines: Iterable[str], depth: int) -> Iterator[str]:
    """The keys at `depth` until something ends their mapping."""
    for line in filter(_says_something, lines):
        if _depth(line) < depth:
            return
        if _depth(line) == depth and (key := _KEY.fullmatch(line.strip(" "))):
            yield key[1]


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _sections(text: str, path: str) -> Iterator[_Section]:
    lines = text.split("\n")
    begun: tuple[str, int] | None = None
    seen: set[str] = set()
    for number, line in enumerate(lines):
        mark = _MARK.fullmatch(line)
        if mark is None:
            continue
        word, name = mark.groups()
        if word == "begin":
            if begun is not None or name in seen:
                raise _mismatch(
                    path, number, f"{name!r} begins {'inside another section' if begun else 'twice'}"
                )
            begun = (name, number + 1)
            seen.add(name)
        elif begun is None or begun[0] != name:
            raise _mismatch(path, number, f"{name!r} ends here and began nowhere")
        else:
            yield _Section(name, begun[1], number, tuple(lines[begun[1] : number]))
            begun = None
    if begun is not None:
        raise _mismatch(path, begun[1] - 1, f"{begun[0]!r} does not end")


def _mismatch(path: str, index: int, why: str) -> UsageError:
    return UsageError(
        f"the marks of the sections in {path} do not match",
        where=f"{path}:{index + 1}",
        why=why,
        hint="a section is `# begin yours: NAME`, your lines, `# end yours: NAME`",
    )
