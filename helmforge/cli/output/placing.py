"""Errors as annotations, at the lines of the files that they are about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.annotations import Annotation
from helmforge.domain.findings import Place
from helmforge.errors import ConfigError, FindingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helmforge.errors import HelmforgeError

_PLACE = re.compile(r"(?P<file>[^\n]+?)(?::(?P<line>\d{1,9}))?(?::(?P<column>\d{1,9}))?")
_SAID = re.compile(r"(?P<place>[^\n]+?:\d+)(?P<key>(?: [^\n:]+)?): (?P<text>[^\n]+)")
_MOST_LINES = 5


def annotated(error: HelmforgeError, is_file: Callable[[str], bool]) -> Iterator[Annotation]:
    """`is_file` says of a path whether the repository has it."""
    if isinstance(error, FindingsError) and error.annotations:
        yield from error.annotations
        return
    if isinstance(error, ConfigError):
        said = [one for line in error.why.splitlines() if (one := _of_line(error, line, is_file))]
        if said:
            yield from said
            return
    why = error.why.splitlines()
    lines = [*why[:_MOST_LINES], *(["..."] if len(why) > _MOST_LINES else [])]
    text = "\n".join(line for line in (*lines, error.hint) if line)
    yield Annotation(error.what, text or error.what, place_of(error.where, is_file))


def _of_line(error: HelmforgeError, line: str, is_file: Callable[[str], bool]) -> Annotation | None:
    """Of several problems with a file, each is a line of `why` that begins with its place."""
    said = _SAID.fullmatch(line)
    place = place_of(said["place"], is_file) if said else None
    if said is None or place is None:
        return None
    return Annotation(error.what, f"{said['key'].strip()}: {said['text']}".removeprefix(": "), place)


def place_of(where: str, is_file: Callable[[str], bool]) -> Place | None:
    """`where` of an error: `file`, `file:line` or `file:line:column`, and then perhaps a space and a key.
    None when the repository has no such file. File names may have spaces.
    """
    if is_file(where):
        return Place(where)
    for found in filter(None, (_PLACE.fullmatch(where, 0, end) for end in _ends(where))):
        if is_file(found["file"]):
            return Place(found["file"], int(found["line"] or 0), int(found["column"] or 0))
    return None


def _ends(where: str) -> list[int]:
    """Before each space from the right, and the end of all: the longest file name wins."""
    spaces = [place for place, character in enumerate(where) if character == " "]
    return [len(where), *reversed(spaces[-20:])]


def in_repository(start: Path) -> Callable[[str], bool]:
    """Whether a path, relative to the root of the repository around `start`, is a file inside it."""
    root = next((one for one in (start, *start.parents) if (one / ".git").exists()), None)

    def is_file(path: str) -> bool:
        if root is None or not path or Path(path).is_absolute() or ".." in Path(path).parts:
            return False
        try:
            return (root / path).is_file()
        except (OSError, ValueError):
            return False

    return is_file
