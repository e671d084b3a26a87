"""Which approvals count for one exact artifact, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from helmforge.domain.approval import InvalidApprovalError, read
from helmforge.domain.git import Person, Signature
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
    """What is known about the people.

    `authors` wrote the change or released it. `aliases` lead from each name with its address to the address,
    in lower case, that stands for all of the person: what belongs to one person may depend on the name.
    `signatures` are by the id of the tag object. `commit` is the one that the version was released from: a
    tag on another one is no approval of it. Empty when nothing is known.
    """

    authors: frozenset[Person] = frozenset()
    aliases: Mapping[Person, str] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    commit: str = ""

    def person(self, contact: Person) -> str:
        return self.aliases.get(contact, contact.email.lower())

    def addresses(self, email: str) -> frozenset[str]:
        """All that `email` may stand for, under whatever name: no signature covers who owns a name."""
        return self._aliased.get(email.lower(), frozenset()) | {email.lower()}

    def wrote(self, email: str) -> bool:
        return not self._wrote.isdisjoint(self.addresses(email))

    @cached_property
    def _aliased(self) -> Mapping[str, frozenset[str]]:
        """Lower-case address -> what it stands for. Once for all tags: somebody may push thousands."""
        found: dict[str, set[str]] = {}
        for one, address in self.aliases.items():
            found.setdefault(one.email.lower(), set()).add(address)
        return {email: frozenset(addresses) for email, addresses in found.items()}

    @cached_property
    def _wrote(self) -> frozenset[str]:
        return frozenset(address for one in self.authors for address in (one.email.lower(), self.person(one)))


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
    """One person counts once, under however many names. An address that several people share takes none of
    them away: it comes last.
    """
    valid: list[str] = []
    taken: dict[str, str] = {}  # address -> the tag that counts for it
    rejected: list[tuple[str, str]] = []
    for tag in sorted(tags, key=lambda tag: len(evidence.addresses(tag.tagger.email))):
        try:
            approval = read(tag)
            reason = _objection(approval, subject, policy, now, tag.time)
            reason = reason or may_not_approve(tag.tagger.email, policy, evidence)
        except InvalidApprovalError as error:
            reason = str(error)
        if not reason and evidence.commit not in {"", tag.target}:
            reason = f"it is on commit {tag.target[:12]}, not on {evidence.commit[:12]}"
        if not reason and policy.signed:
            reason = evidence.signatures.get(tag.oid, _UNSIGNED).problem
        mine = evidence.addresses(tag.tagger.email)
        same = sorted(taken[address] for address in mine & taken.keys())
        if not reason and same:
            reason = f"it is by the same person as {same[0]}"
        if reason:
            rejected.append((tag.name, reason))
        else:
            valid.append(tag.name)
            taken |= dict.fromkeys(mine, tag.name)
    return Verdict(policy.required, tuple(valid), tuple(rejected))


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


def may_not_approve(email: str, policy: ApprovalPolicy, evidence: Evidence) -> str:
    """Why this person's word does not count; "" when it does. What somebody calls himself makes him nobody
    else: only the address is looked at.
    """
    allowed = {address.lower() for address in policy.approvers}
    people = {evidence.person(Person("", address)) for address in policy.approvers}
    if allowed and email.lower() not in allowed and evidence.person(Person("", email)) not in people:
        return f"{email.lower()} is not among the approvers ({', '.join(policy.approvers)})"
    if policy.not_author and evidence.wrote(email):
        return f"{email.lower()} is an author of the change"
    return ""
