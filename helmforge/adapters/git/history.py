"""Commits, as `git log` tells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.domain.git import Commit, Person

if TYPE_CHECKING:
    from helmforge.adapters.git.commands import GitCommands

_CO_AUTHORS = "%(trailers:key=Co-authored-by,valueonly,unfold)"
_FORMAT = f"--format=%H%x00%an%x00%ae%x00%cn%x00%ce%x00%cI%x00%s%x00%P%x00{_CO_AUTHORS}"
_FIELDS = 9
_PERSON = re.compile(r"(?P<name>[^<>\n]*?) *<(?P<email>[^<>\n]+)>.*")


def commits(git: GitCommands, *args: str) -> tuple[Commit, ...]:
    # git re-encodes every author's encoding to UTF-8, also unknown ones; GitPython fails there
    flags = ("-z", "--encoding=UTF-8", "--no-color", "--no-show-signature", "--no-follow", _FORMAT)
    fields = git.fields("log", *flags, *args, what="cannot read the history")
    return tuple(_commit(*fields[at : at + _FIELDS]) for at in range(0, len(fields), _FIELDS))


def _commit(
    oid: str,
    author: str,
    author_email: str,
    committer: str,
    committer_email: str,
    time: str,
    subject: str,
    *more: str,
) -> Commit:
    """`more` are the ids of the parents and the trailers."""
    parents, trailers = more
    try:
        when = datetime.fromisoformat(time)
    except ValueError:  # a commit object may hold any number
        when = datetime.fromtimestamp(0, UTC)
    named = (_PERSON.fullmatch(line.strip()) for line in trailers.split("\n"))
    co_authors = tuple(Person(found["name"], found["email"]) for found in named if found)
    people = Person(author, author_email), Person(committer, committer_email)
    return Commit(oid, *people, when, subject, tuple(parents.split()), co_authors)
