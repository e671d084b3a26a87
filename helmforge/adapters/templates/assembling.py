"""A type is its own folder plus the parts of `_shared/` that its file `parts` lists.

Put together but not yet rendered, the result is a chart that Helm loads; docs/templates.md describes
the layout. A repository's own folder has the same layout: its files stand in for those of the same name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.names import nearest
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.adapters.templates.places import Folder

_SHARED = "_shared"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_PARTS = "parts"
_VALUES = "chart/values.yaml"
_SCHEMA = "chart/values.schema.json"
_DOCKERFILE = "Dockerfile"  # lies beside the chart, not in it


@dataclass(frozen=True)
class Piece:
    """A text and the file that it is from, as errors name it."""

    origin: str
    text: str


@dataclass(frozen=True)
class Source:
    """A template: one file, or pieces of several ones below each other."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "\n".join(piece.text for piece in self.pieces)

    def place(self, line: int) -> str:
        """`file:line` of a line (from 1) of the whole text."""
        for piece in self.pieces[:-1]:
            lines = piece.text.count("\n") + 1
            if line <= lines:
                return f"{piece.origin}:{line}"
            line -= lines
        return f"{self.pieces[-1].origin}:{line}"


def types(folders: Sequence[Folder]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*(folder.types() for folder in folders))))


def assemble(folders: Sequence[Folder], type_name: str) -> dict[str, Source]:
    """The files of a type by their path inside the service's folder. Later folders win.

    Raises UsageError for a type or a part that does not exist.
    """
    if type_name not in types(folders):
        raise _unknown(type_name, types(folders))
    own = _files(folders, type_name)
    parts = own.pop(_PARTS, Piece("", ""))
    tree = {path: Source((piece,)) for path, piece in own.items()}
    for name in parts.text.split():
        part = _files(folders, f"{_SHARED}/{name}") if _NAME.fullmatch(name) else {}
        if not part:
            hint = f"it is a folder below {_SHARED}/"
            raise UsageError(f"there is no part {name!r}", where=parts.origin, hint=hint)
        _add_part(tree, part)
    return tree


def _files(folders: Sequence[Folder], below: str) -> dict[str, Piece]:
    shown = "" if below.startswith(_SHARED) else f"{below}/"
    found = {}
    for folder in folders:
        for path, text in folder.files(below).items():
            found[path] = Piece(f"{folder.shown}{below}/{path}" if folder.shown else f"{shown}{path}", text)
    return found


def _add_part(tree: dict[str, Source], part: dict[str, Piece]) -> None:
    """Values are appended, schemas merged, every other file is added unless the type brings its own."""
    for name, piece in part.items():
        path = name if name == _DOCKERFILE else f"chart/{name}"
        if path == _VALUES and path in tree:
            tree[path] = Source((*tree[path].pieces, piece))
        elif path == _SCHEMA and path in tree:
            (base,) = tree[path].pieces
            text = json.dumps(_merge(_json(base), _json(piece)), indent=2, ensure_ascii=False) + "\n"
            tree[path] = Source((Piece(base.origin, text),))
        else:
            tree.setdefault(path, Source((piece,)))


def _json(piece: Piece) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(piece.text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise StepError(
            f"the chart template {piece.origin} is not JSON", where=f"{piece.origin}:{line}", why=str(error)
        ) from None


def _merge(base: Any, addition: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(base, dict) and isinstance(addition, dict):
        return base | {key: _merge(base.get(key), value) for key, value in addition.items()}
    if isinstance(base, list) and isinstance(addition, list):
        return base + addition
    return addition


def _unknown(type_name: str, known: Sequence[str]) -> UsageError:
    close = nearest(type_name, known)
    return UsageError(
        f"there is no chart type {type_name!r}",
        why=f"the types are {', '.join(known)}",
        hint=f"did you mean {close!r}?" if close else "choose one of them with --type",
    )
