"""Which approvals count for one exact artifact, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from helmforge.domain.approval import InvalidApprovalError, read
from helmforge.domain.git import Signature
from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from helmforge.domain.approval import Approval, Subject
    from helmforge.domain.approval_policy import ApprovalPolicy
    from helmforge.domain.git import AnnotatedTag

CLOCK_SKEW = timedelta(minutes=5)
"""What the clock of who approves or promotes may be ahead."""
_UNSIGNED = Signature("it is not signed")


@dataclass(frozen=True)
class Evidence:
    """What is known about the people; addresses in lower case.

    `authors` wrote the change or released it. `aliases` lead from each address of a person to the one that
    stands for all of them. `signatures` are by the id of the tag object. `commit` is the one that the version
    was released from: a tag on another one is no approval of it. Empty when nothing is known.
    """

    authors: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    commit: str = ""

    def person(self, email: str) -> str:
        return self.aliases.get(email.lower(), email.lower())

    def wrote(self, email: str) -> bool:
        return email.lower() in self.authors or self.person(email) in map(self.person, self.authors)


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


def judge(
    tags: Iterable[AnnotatedTag],
    subject: Subject,
    policy: ApprovalPolicy,
    evidence: Evidence,
    now: datetime,
) -> Verdict:
    """One person counts once, under however many names."""
    valid: dict[str, str] = {}
    rejected: list[tuple[str, str]] = []
    for tag in tags:
        try:
            approval = read(tag)
            reason = _objection(approval, subject, policy, now, tag.time)
            reason = reason or may_not_approve(approval.approver, policy, evidence)
            person = evidence.person(approval.approver)
        except InvalidApprovalError as error:
            reason, person = str(error), ""
        if not reason and evidence.commit not in {"", tag.target}:
            reason = f"it is on commit {tag.target[:12]}, not on {evidence.commit[:12]}"
        if not reason and policy.signed:
            reason = evidence.signatures.get(tag.oid, _UNSIGNED).problem
        if not reason and person in valid:
            reason = f"it is by the same person as {valid[person]}"
        if reason:
            rejected.append((tag.name, reason))
        else:
            valid[person] = tag.name
    return Verdict(policy.required, tuple(valid.values()), tuple(rejected))


def _objection(
    approval: Approval, subject: Subject, policy: ApprovalPolicy, now: datetime, made: datetime
) -> str:
    """Why the document does not count for `subject`; "" when it does. `made` is the time of the tag."""
    theirs = approval.subject
    if theirs.image != subject.image:
        return f"it is for image {theirs.image}, not {subject.image}"
    if theirs.chart != subject.chart:
        return f"it is for chart {theirs.chart}, not {subject.chart}"
    if theirs != subject:
        return "it is for another environment, service or version"
    if made - now > CLOCK_SKEW:
        return f"it was made in the future, at {made.isoformat(timespec='minutes')}"
    expires = min(approval.expires, made + policy.expires)
    return f"it expired at {expires.isoformat(timespec='minutes')}" if now >= expires else ""


def may_not_approve(approver: str, policy: ApprovalPolicy, evidence: Evidence) -> str:
    """Why this person's word does not count; "" when it does."""
    allowed = map(evidence.person, policy.approvers)
    if policy.approvers and evidence.person(approver) not in allowed:
        return f"{approver} is not among the approvers ({', '.join(policy.approvers)})"
    if policy.not_author and evidence.wrote(approver):
        return f"{approver} is an author of the change"
    return ""
