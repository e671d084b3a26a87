"""The approvals of one exact artifact, judged by the trunk's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.approval import InvalidApprovalError, read
from helmforge.domain.git import Person, TrustedKeys
from helmforge.domain.verdict import Evidence, judge
from helmforge.flows.release.subject import writers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from helmforge.domain.approval_policy import ApprovalPolicy
    from helmforge.domain.git import AnnotatedTag, Signature
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.verdict import Verdict
    from helmforge.flows.ports import Git
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Approvals:
    """The tags on the remote, and what is known about the people behind them and behind the change."""

    tags: tuple[AnnotatedTag, ...]
    evidence: Evidence
    verdict: Verdict


def gather(
    world: World,
    settings: Settings,
    service: Service,
    environment: Environment,
    published: PublishedVersion,
    since: str,
    *others: Person,
) -> Approvals:
    """`settings` are those of the trunk, `since` is the commit that runs in `environment`, if it is known;
    `others` are people whose addresses matter, too.
    """
    subject, policy = published.subject(environment), environment.approvals
    tags = world.git.tags(subject.tag_prefix, lightweight=True)
    wrote = writers(world, service, published.artifact, since)
    weighed = weigh(world.git, settings, policy, tags, wrote, *others)
    evidence = replace(weighed, commit=published.artifact.commit)
    return Approvals(tags, evidence, judge(tags, subject, policy, evidence, world.clock.now()))


def weigh(
    git: Git,
    settings: Settings,
    policy: ApprovalPolicy,
    tags: Iterable[AnnotatedTag],
    wrote: frozenset[Person],
    *others: Person,
    counted: Mapping[str, datetime] | None = None,
) -> Evidence:
    """What the trunk knows about these people and tags. `counted`: as `signatures` takes it."""
    named = (Person("", email) for email in policy.approvers)
    known = (*wrote, *named, *(tag.tagger for tag in tags), *others)
    return Evidence(
        wrote,
        git.aliases(known, settings.revision),
        signatures(git, settings, policy, tags, counted) if policy.signed else {},
    )


def signatures(
    git: Git,
    settings: Settings,
    policy: ApprovalPolicy,
    tags: Iterable[AnnotatedTag],
    counted: Mapping[str, datetime] | None = None,
) -> dict[str, Signature]:
    """By the id of the tag object: its signature, by the keys that the trunk has. `counted` tells of objects
    when they were recorded as approvals that count: their keys may have expired since.
    """
    keys = TrustedKeys(
        git.read(settings.revision, policy.allowed_signers), git.read(settings.revision, policy.keyring)
    )
    moments = counted or {}
    approvals = (tag for tag in tags if _is_approval(tag))
    return {tag.oid: git.signature(tag, keys, moments.get(tag.oid)) for tag in approvals}


def _is_approval(tag: AnnotatedTag) -> bool:
    """No program sees the names of others."""
    try:
        read(tag)
    except InvalidApprovalError:
        return False
    return True
