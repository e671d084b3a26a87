"""`.helmforge.lock`: what a chart was made from, and which text each of its files had before any edit."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.domain.scaffolding import ChartAnswers

LOCK_FILE = ".helmforge.lock"
LOCK_FORMAT = 1
_HEADER = (
    "# Written by `helmforge scaffold` and `helmforge update`, which compare by it. Commit it with the chart."
)
_SHA1_DIGITS = 40
_RESERVED = frozenset({".", "..", ".git", ".helmforge-update.tmp"})  # the last one: chart_folders.staging
_PATH = re.compile(r"(?:[\w.][\w.@+-]*/)*[\w.][\w.@+-]*", re.ASCII)
_PLAIN_KEY = re.compile(r"[A-Za-z._][\w.-]*[./-][\w./-]*", re.ASCII)
# What a literal block can hold: no line ends but \n, nothing that is not printable in YAML
_LITERAL = re.compile(
    "[\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)


@dataclass(frozen=True)
class LockedFile:
    """`blob` is the Git blob id of the pristine text, as the templates gave it.

    `text` is that text itself where the file beside the lock differs from it: a merged file's pristine
    text is in no commit, and the next merge needs it. None for all other files.
    """

    blob: str
    text: str | None = None


@dataclass(frozen=True)
class LockedAnswers:
    """`environments` are names; what they mean is helmforge.yaml's to say."""

    service: str
    type: str
    context: str
    port: int
    registry: str
    environments: tuple[str, ...]

    @classmethod
    def of(cls, answers: ChartAnswers) -> LockedAnswers:
        return cls(
            answers.service,
            answers.type,
            answers.context,
            answers.port,
            answers.registry,
            tuple(environment.name for environment in answers.environments),
        )


@dataclass(frozen=True)
class ChartLock:
    """`version` is that of the templates, `overrides` the digest of the repository's own ones ("": none).
    `files` are by their path inside the chart.
    """

    version: str
    overrides: str
    answers: LockedAnswers
    files: Mapping[str, LockedFile]

    def says_the_same(self, other: ChartLock) -> bool:
        """Whether nothing differs but which texts are kept."""
        mine, theirs = ({path: file.blob for path, file in lock.files.items()} for lock in (self, other))
        return mine == theirs and _facts(self) == _facts(other)


def _facts(lock: ChartLock) -> tuple[str, str, LockedAnswers]:
    return lock.version, lock.overrides, lock.answers


def blob_id(content: bytes, object_format: str = "sha1") -> str:
    """The id that Git gives a blob; `object_format` is the repository's, sha1 or sha256."""
    header = b"blob %d\0" % len(content)
    return hashlib.new(object_format, header + content, usedforsecurity=False).hexdigest()


def has_blob_id(content: bytes, blob: str) -> bool:
    """In the object format that `blob` has by its length."""
    return blob_id(content, "sha1" if len(blob) == _SHA1_DIGITS else "sha256") == blob


def is_chart_path(path: str) -> bool:
    """A normal relative path of plain characters, which cannot leave the chart and is not the lock.

    Nothing of Git's either: a `.git/config` names programs that Git would start.
    """
    folders = path.casefold().split("/")  # there are disks on which .GIT is .git
    return bool(_PATH.fullmatch(path)) and _RESERVED.isdisjoint(folders) and path != LOCK_FILE


def lock_text(lock: ChartLock) -> str:
    """The lock as YAML. Equal locks have equal texts."""
    return "\n".join([*_lines(lock), ""])


def _lines(lock: ChartLock) -> Iterator[str]:
    answers = lock.answers
    yield _HEADER
    yield f"lock: {LOCK_FORMAT}"
    yield "templates:"
    yield f"  version: {_quoted(lock.version)}"
    if lock.overrides:
        yield f"  overrides: {_quoted(lock.overrides)}"
    yield "answers:"
    yield f"  service: {_quoted(answers.service)}"
    yield f"  type: {_quoted(answers.type)}"
    yield f"  context: {_quoted(answers.context)}"
    yield f"  port: {answers.port}"
    yield f"  registry: {_quoted(answers.registry)}"
    yield f"  environments: [{', '.join(map(_quoted, answers.environments))}]"
    yield "files:" if lock.files else "files: {}"
    for path, file in sorted(lock.files.items()):
        yield from _file(path if _PLAIN_KEY.fullmatch(path) else _quoted(path), file)


def _file(key: str, file: LockedFile) -> Iterator[str]:
    if file.text is None:
        yield f'  {key}: "{file.blob}"'  # quoted: a number with an exponent is a blob id, too
        return
    yield f"  {key}:"
    yield f'    blob: "{file.blob}"'
    if not _LITERAL.fullmatch(file.text) or not file.text.strip("\n"):
        yield f"    text: {_quoted(file.text)}"
        return
    body = file.text.removesuffix("\n")
    chomping = "-" if body == file.text else "+" if body.endswith("\n") else ""
    indentation = "2" if body[0] in " \n\t" else ""
    yield f"    text: |{indentation}{chomping}"
    for line in body.split("\n"):
        yield f"      {line}" if line else ""


def _quoted(text: str) -> str:
    """JSON, which is YAML but for the surrogates of characters beyond the first plane."""
    return re.sub(r"[^\x20-\x7e]", _escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\U{ord(match[0]):08x}"
