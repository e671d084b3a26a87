"""Who is who: the .mailmap of one commit, as Git itself reads it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.adapters.git.commands import GitCommands
    from helmforge.domain.git import Person

_ADDRESS = re.compile(r"[^<>\s\0]+")
_LINE = re.compile(r"(?:.* )?<(?P<email>[^<>]*)>")
_NOT_IN_NAMES = re.compile(r"[<>\x00-\x1f]")


def aliases(git: GitCommands, common: Path, known: Iterable[Person], revision: str) -> Mapping[str, str]:
    """Lower-case address -> that of the person. `common` is the Git folder.

    Git always reads the .mailmap of the work tree, too, of whatever branch is checked out there: it gets an
    empty one. mailmap.file is the user's own.
    """
    asked = sorted({_contact(person) for person in known if _ADDRESS.fullmatch(person.email)})
    if not asked:
        return {}
    with tempfile.TemporaryDirectory(prefix="helmforge-") as empty:
        elsewhere = git.within(Path(empty))
        answer = elsewhere.check(
            *("--git-dir", str(common), "--work-tree", empty),
            *("-c", "mailmap.file=", "-c", f"mailmap.blob={revision}:.mailmap", "check-mailmap", "--stdin"),
            what="cannot tell which addresses belong to one person",
            stdin="".join(f"{line}\n" for line in asked).encode("utf-8", "surrogateescape"),
        )
    lines = answer.decode("utf-8", "replace").split("\n")[:-1]
    if len(lines) != len(asked):
        raise ToolError("git check-mailmap answered with another number of people", where=str(common))
    return {_email(before): _email(after) for before, after in zip(asked, lines, strict=True)}


def _contact(person: Person) -> str:
    name = _NOT_IN_NAMES.sub("", person.name).strip()
    return f"{name} <{person.email}>" if name else f"<{person.email}>"


def _email(line: str) -> str:
    found = _LINE.fullmatch(line)
    return found["email"].lower() if found else ""
