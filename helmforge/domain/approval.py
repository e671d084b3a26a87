"""Approvals: what a sign-off says, and whether it counts for one exact artifact."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from helmforge.domain.git import AnnotatedTag
    from helmforge.domain.settings import ApprovalPolicy

SCHEMA = "helmforge.dev/approval/v1"
_LONGEST_MESSAGE = 16_384
_CLOCK_SKEW = timedelta(minutes=5)
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
    if tag.name != tag.inner_name:
        raise InvalidApprovalError(f"the tag was made as {tag.inner_name!r}")
    if len(tag.message) > _LONGEST_MESSAGE:
        raise InvalidApprovalError(f"its message is longer than {_LONGEST_MESSAGE} characters")
    try:
        document = json.loads(tag.message)
    except (ValueError, RecursionError):
        raise InvalidApprovalError("its message is not a JSON document") from None
    approval = _from_document(document)
    if approval.tag != tag.name:
        raise InvalidApprovalError(f"its document is about {approval.tag!r}")
    if tag.tagger.email.lower() != approval.approver:
        raise InvalidApprovalError(f"it was made by {tag.tagger.email}")
    return approval


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


@dataclass(frozen=True)
class Verdict:
    """Tags that count, and for each one that does not, the reason."""

    required: int
    valid: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...]

    @property
    def granted(self) -> bool:
        return len(self.valid) >= self.required

    def demand(self, subject: Subject, hint: str) -> tuple[str, ...]:
        """The names of the tags that count; RefusedError when they are too few."""
        if self.granted:
            return self.valid
        reasons = [f"{name} does not count: {reason}" for name, reason in self.rejected]
        have = f"{len(self.valid)} of {self.required} approvals"
        raise RefusedError(
            f"{subject.service} {subject.version} is not approved for {subject.environment}",
            why="\n".join([have, *reasons]),
            hint=hint,
        )


def objection(
    approval: Approval,
    subject: Subject,
    policy: ApprovalPolicy,
    authors: Collection[str],
    now: datetime,
    made: datetime,
) -> str:
    """Why this approval does not count for `subject`; "" when it does. `authors` are e-mail
    addresses in lower case; `made` is the time of the tag.
    """
    theirs = approval.subject
    if theirs.image != subject.image:
        return f"it is for image {theirs.image}, not {subject.image}"
    if theirs.chart != subject.chart:
        return f"it is for chart {theirs.chart}, not {subject.chart}"
    if theirs != subject:
        return "it is for another environment, service or version"
    if made > now + _CLOCK_SKEW:
        return f"it was made in the future, at {made.isoformat(timespec='minutes')}"
    if now >= min(approval.expires, made + policy.expires):
        return f"it expired at {min(approval.expires, made + policy.expires).isoformat(timespec='minutes')}"
    return may_not_approve(approval.approver, policy, authors)


def may_not_approve(approver: str, policy: ApprovalPolicy, authors: Collection[str]) -> str:
    """Why this person's word does not count; "" when it does."""
    if policy.signed:  # rather nobody than anybody
        return "helmforge.yaml demands signed approvals, and this version cannot check signatures"
    if policy.approvers and approver not in {one.lower() for one in policy.approvers}:
        return f"{approver} is not among the approvers ({', '.join(policy.approvers)})"
    if policy.not_author and approver in authors:
        return f"{approver} is an author of the change"
    return ""


def judge(
    tags: Iterable[AnnotatedTag],
    subject: Subject,
    policy: ApprovalPolicy,
    authors: Collection[str],
    now: datetime,
) -> Verdict:
    valid, rejected = [], []
    for tag in tags:
        try:
            reason = objection(read(tag), subject, policy, authors, now, tag.time)
        except InvalidApprovalError as error:
            reason = str(error)
        if reason:
            rejected.append((tag.name, reason))
        else:
            valid.append(tag.name)
    return Verdict(policy.required, tuple(valid), tuple(rejected))
