"""Who is who: the .mailmap of one commit, as Git itself reads it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.git import trees
from helmforge.domain.git import Person
from helmforge.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from helmforge.adapters.git.commands import GitCommands

_ADDRESS = re.compile(r"[^<>\s\0]+")
_LINE = re.compile(r"(?:.* )?<(?P<email>[^<>]*)>")
_NOT_IN_NAMES = re.compile(r"[<>\x00-\x1f]")
# The name and address of commits, in those forms of gitmailmap(5) that ask for a name
_OLD_CONTACT = re.compile(r">[ \t]*(?P<name>[^<>\s][^<>\n]*)<(?P<email>[^<>\n]*)>")


def aliases(git: GitCommands, common: Path, known: Iterable[Person], revision: str) -> Mapping[Person, str]:
    """Contact -> lower-case address of the person. `common` is the Git folder.

    Lines may hold for one name only, and a name is what somebody says: the addresses of `known` are in the
    answer without a name, too, and under every name that the .mailmap has for them.
    """
    people = [person for person in known if _ADDRESS.fullmatch(person.email)]
    if not people:
        return {}
    people += [Person("", one.email) for one in people]
    people += _namesakes(trees.read(git, revision, ".mailmap") or b"", {one.email.lower() for one in people})
    asked = {person: _contact(person) for person in people}
    answers = _mapped(git, common, sorted(set(asked.values())), revision)
    return {person: _email(answers[line]) for person, line in asked.items()}


def _mapped(git: GitCommands, common: Path, asked: list[str], revision: str) -> dict[str, str]:
    """Git always reads the .mailmap of the work tree, too, of whatever branch is checked out there: it gets
    an empty one. mailmap.file is the user's own.
    """
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
    return dict(zip(asked, lines, strict=True))


def _namesakes(mailmap: bytes, emails: set[str]) -> Iterator[Person]:
    """Those of `emails` with each name for which there is a line. What the lines mean is Git's to say."""
    for found in _OLD_CONTACT.finditer(mailmap.decode("utf-8", "surrogateescape")):
        if found["email"].strip().lower() in emails:
            yield Person(found["name"].strip(), found["email"].strip())


def _contact(person: Person) -> str:
    name = _NOT_IN_NAMES.sub("", person.name).strip()
    return f"{name} <{person.email}>" if name else f"<{person.email}>"


def _email(line: str) -> str:
    found = _LINE.fullmatch(line)
    return found["email"].lower() if found else ""
