"""Approvals: what a sign-off says. Whether it counts: helmforge.domain.verdict."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.git import AnnotatedTag

SCHEMA = "helmforge.dev/approval/v1"
_LONGEST_MESSAGE = 16_384
_APPROVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Subject:
    """What is signed off: one image and one chart, by digest, for one environment."""

    environment: str
    service: str
    version: str
    image: str
    chart: str

    @property
    def tag_prefix(self) -> str:
        return f"approvals/{self.environment}/{self.service}/{self.version}/"


@dataclass(frozen=True)
class Approval:
    """The JSON document in an approval tag's message. `expires` is ISO 8601 with a zone."""

    subject: Subject
    approver: str
    expires: datetime

    @property
    def tag(self) -> str:
        return self.subject.tag_prefix + self.approver

    def to_message(self) -> str:
        document = {"schema": SCHEMA, **asdict(self.subject), "approver": self.approver}
        document["expires"] = self.expires.isoformat()
        return json.dumps(document, indent=2, sort_keys=True) + "\n"


class InvalidApprovalError(ValueError):
    """The tag is no approval; the text says why."""


def approver_name(email: str) -> str:
    """The e-mail address as it stands in the tag's name. Raises UsageError when it cannot."""
    if not _APPROVER.fullmatch(email) or email.endswith(".lock"):
        raise UsageError(
            f"{email!r} cannot approve",
            why="approvals are named by a plain e-mail address",
            hint="git config user.email you@example.com",
        )
    return email.lower()


def read(tag: AnnotatedTag) -> Approval:
    """Raises InvalidApprovalError. The name of the ref, the name inside the tag object, the tagger
    and the document must all tell the same story: a tag is easily moved or renamed.
    """
    if tag.lightweight:
        raise InvalidApprovalError("it is a lightweight tag")
    if tag.name != tag.inner_name:
        raise InvalidApprovalError(f"the tag was made as {tag.inner_name!r}")
    if len(tag.message) > _LONGEST_MESSAGE:
        raise InvalidApprovalError(f"its message is longer than {_LONGEST_MESSAGE} characters")
    try:
        document = json.loads(tag.message, object_pairs_hook=_once_each)
    except InvalidApprovalError:
        raise
    except (ValueError, RecursionError):
        raise InvalidApprovalError("its message is not a JSON document") from None
    approval = _from_document(document)
    if approval.tag != tag.name:
        raise InvalidApprovalError(f"its document is about {approval.tag!r}")
    if not _APPROVER.fullmatch(approval.approver) or approval.approver != approval.approver.lower():
        raise InvalidApprovalError("its approver is not a plain e-mail address in lower case")
    # Not lower() alone: that of U+212A, the Kelvin sign, is the letter k
    if not tag.tagger.email.isascii() or tag.tagger.email.lower() != approval.approver:
        raise InvalidApprovalError(f"it was made by {tag.tagger.email}")
    return approval


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Readers differ in which of two equal keys they believe."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise InvalidApprovalError("its document has a key twice")
    return document


def _from_document(document: object) -> Approval:
    keys = {"schema", "environment", "service", "version", "image", "chart", "approver", "expires"}
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise InvalidApprovalError("its document is not a mapping of strings")
    if set(document) != keys:
        odd = ", ".join(sorted(set(document) ^ keys))
        raise InvalidApprovalError(f"its document has unknown or missing keys: {odd}")
    if document["schema"] != SCHEMA:
        raise InvalidApprovalError(f"its document is of schema {document['schema']!r}, not {SCHEMA}")
    subject = Subject(*(document[key] for key in ("environment", "service", "version", "image", "chart")))
    try:
        expires = datetime.fromisoformat(document["expires"])
    except ValueError:
        raise InvalidApprovalError("its expiry is not a date") from None
    if expires.tzinfo is None:
        raise InvalidApprovalError("its expiry has no time zone")
    return Approval(subject, document["approver"], expires)
