"""Tag objects, read from the object database with GitPython."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from helmforge.adapters.git.signatures import split
from helmforge.domain.git import AnnotatedTag, Person
from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from git.db import GitCmdObjectDB

# git help mktag. The header is strict where GitPython's own parser is not: that one splits at Unicode
# line ends too, and takes the last of several <addresses>, which would let a name forge an approver.
_HEADER = re.compile(
    rb"object (?P<object>[0-9a-f]{40})\ntype (?P<type>[a-z]+)\ntag (?P<tag>[^\n]*)\n"
    rb"(?P<tagger>tagger [^\n]*\n)?(?:[^\n]+\n)*(?:\n(?P<message>.*))?",
    re.DOTALL,
)
_TAGGER = re.compile(
    rb"tagger (?P<name>[^<>\n]*?) ?<(?P<email>[^<>\n]*)> (?P<seconds>\d{1,11}) "
    rb"(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>[0-5]\d)\n"
)
_DEEPEST = 10
_NOBODY = Person("", "")
_LONG_AGO = datetime.fromtimestamp(0, UTC)


def read_tags(common: Path, tags: Mapping[str, str]) -> tuple[AnnotatedTag, ...]:
    """`tags`: name -> id of the tag object, which is in the database of the Git folder `common`."""
    if not tags:
        return ()
    from git.cmd import Git  # noqa: PLC0415 - 65 ms, which most commands need not pay
    from git.db import GitCmdObjectDB  # noqa: PLC0415

    # Not git.Repo: it and its children follow GIT_DIR and the like, which a surrounding hook sets for
    # its own repository.
    git = Git(str(common))
    git.update_environment(
        GIT_DIR=str(common),
        GIT_COMMON_DIR=str(common),
        GIT_OBJECT_DIRECTORY=str(common / "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES="",
        GIT_NO_REPLACE_OBJECTS="1",
    )
    try:
        objects = GitCmdObjectDB(str(common / "objects"), git)
        return tuple(_readable(objects, name, oid) for name, oid in sorted(tags.items()))
    finally:
        git.clear_cache()


def lightweight(refs: Mapping[str, str]) -> tuple[AnnotatedTag, ...]:
    """`refs`: name -> id of what it points to."""
    return tuple(
        AnnotatedTag(name, "", oid, _NOBODY, _LONG_AGO, "", oid, lightweight=True)
        for name, oid in sorted(refs.items())
    )


def _readable(objects: GitCmdObjectDB, name: str, oid: str) -> AnnotatedTag:
    """A malformed tag says nothing, by nobody: it must not hide the good ones beside it."""
    try:
        return _tag(objects, name, oid)
    except StepError:
        return AnnotatedTag(name, "", "", _NOBODY, _LONG_AGO, "", oid)


def _tag(objects: GitCmdObjectDB, name: str, oid: str) -> AnnotatedTag:
    header = _parse(objects, name, oid)
    inner = header
    for _ in range(_DEEPEST):
        if inner["type"] != b"tag":
            break
        inner = _parse(objects, name, inner["object"].decode())
    tagger, time = _person(header["tagger"] or b"")
    return AnnotatedTag(
        name=name,
        inner_name=os.fsdecode(header["tag"]),
        target=inner["object"].decode(),
        tagger=tagger,
        time=time,
        message=split(header["message"] or b"")[0].decode("utf-8", "surrogateescape").removesuffix("\n"),
        oid=oid,
    )


def _parse(objects: GitCmdObjectDB, name: str, oid: str) -> re.Match[bytes]:
    stream = objects.stream(bytes.fromhex(oid))
    header = _HEADER.fullmatch(stream.read()) if stream.type == b"tag" else None
    if header is None:
        raise StepError(f"the tag {name!r} is malformed", where=oid, hint="see git help mktag")
    return header


def _person(line: bytes) -> tuple[Person, datetime]:
    """A malformed tagger is nobody: an empty address never matches an approver."""
    found = _TAGGER.fullmatch(line)
    if found is None:
        return _NOBODY, _LONG_AGO
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if offset >= timedelta(days=1):
        offset = timedelta()
    zone = timezone(-offset if found["sign"] == b"-" else offset)
    person = Person(found["name"].decode("utf-8", "replace"), found["email"].decode("utf-8", "replace"))
    return person, datetime.fromtimestamp(int(found["seconds"]), zone)
