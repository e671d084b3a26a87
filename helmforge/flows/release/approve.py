"""`helmforge release approve`: signs off one exact artifact for one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.approval import Approval, approver_name, read
from helmforge.domain.brief import Unknown
from helmforge.domain.git import RefExistsError
from helmforge.domain.verdict import may_not_approve
from helmforge.errors import RefusedError
from helmforge.flows.release.approvals import gather, signatures
from helmforge.flows.release.brief.case import attempt
from helmforge.flows.release.brief.production import read_production
from helmforge.flows.release.brief.summary import summarise
from helmforge.flows.release.gate import demand_gate
from helmforge.flows.release.subject import published_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.brief import Part, Summary
    from helmforge.domain.git import Person
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.release.approvals import Approvals
    from helmforge.flows.release.brief.production import Production
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Approved:
    """`created` is False when the same approval was given before and still holds: `approval` is that one.
    `note` is one line about what could not be judged, with text from outside.
    """

    approval: Approval
    commit: str
    created: bool
    note: str = ""


def approve(
    world: World,
    settings: Settings,
    service: Service,
    version: Version,
    environment: Environment,
    show: Callable[[Summary], None] | None = None,
) -> Approved:
    """`settings` and `environment` are those of the trunk. `show` is told what is about to be signed."""
    demand_gate(settings, environment)
    _demand_people(environment)
    published = published_version(world, settings, service, version)
    subject = published.subject(environment)
    me = world.git.identity()
    approver = approver_name(me.email)
    production = attempt(lambda: read_production(world, service, environment))
    found, note = _judged(world, settings, service, environment, published, production, me)
    objection = may_not_approve(me.email, environment.approvals, found.evidence)
    if objection:
        raise RefusedError(
            f"{approver} may not approve {service.name} {version} for {environment.name}",
            why=objection,
            hint="ask somebody else to approve",
        )
    now = world.clock.now().replace(microsecond=0)
    approval = Approval(subject, approver, now + environment.approvals.expires)
    commit = published.artifact.commit
    before = next((tag for tag in found.tags if tag.name == approval.tag), None)
    if before and before.name in found.verdict.valid:
        return Approved(read(before), commit, created=False, note=note)
    if show:
        show(summarise(world, service, environment, published, production, found.verdict))
    replaced = before.oid if before else ""
    _write(world, approval, commit, replaces=replaced, sign=environment.approvals.signed)
    if environment.approvals.signed:
        _demand_known_key(world, settings, environment, approval)
    return Approved(approval, commit, created=True, note=note)


def _demand_people(environment: Environment) -> None:
    if environment.approvals.by_ci:
        raise RefusedError(
            f"versions for {environment.name} are approved in the CI system",
            where=f"helmforge.yaml environments.{environment.name}.approvals.by",
            hint=f"approve the job that promotes to {environment.name} there",
        )


def _judged(
    world: World,
    settings: Settings,
    service: Service,
    environment: Environment,
    published: PublishedVersion,
    production: Part[Production],
    me: Person,
) -> tuple[Approvals, str]:
    """The approvals so far with what is known about `me`, and a note where that is not all.

    An approver's laptop need not reach the cluster: the promotion asks again, and must. Without what runs
    now nobody knows where the change begins; certain is only who wrote its last commit or released it.
    """
    if not isinstance(production, Unknown):
        since = production.running.commit
        return gather(world, settings, service, environment, published, since, me), ""
    found = gather(world, settings, service, environment, published, "", me)
    if not environment.approvals.not_author or not found.evidence.wrote(me.email):
        return found, ""
    certain = gather(world, settings, service, environment, published, published.artifact.commit, me)
    return certain, (
        f"you changed {service.name} before, and nobody could tell whether that is part of this version's "
        f"change: {production.why}. If it is, release promote will not count this approval"
    )


def _write(world: World, approval: Approval, commit: str, *, replaces: str, sign: bool) -> None:
    try:
        world.git.create_tag(approval.tag, commit, approval.to_message(), replaces=replaces, sign=sign)
    except RefExistsError as error:
        raise RefusedError(
            f"{approval.tag} was written by somebody else in this moment",
            hint="look at it with: helmforge release status, then approve again",
        ) from error


def _demand_known_key(world: World, settings: Settings, environment: Environment, approval: Approval) -> None:
    """The tag with an unknown signature stays: it counts for nothing, and the next approval replaces it."""
    made = world.git.tags(approval.tag)
    found = signatures(world.git, settings, environment.approvals, made)
    for problem in (signature.problem for signature in found.values() if signature.problem):
        raise RefusedError(
            f"the approval of {approval.approver} is signed, and does not count",
            where=approval.tag,
            why=problem,
            hint=f"add your public key to {environment.approvals.allowed_signers} (or "
            f"{environment.approvals.keyring}) on {settings.trunk}, then approve again",
        )
