"""`helmforge pipeline`: from a Git event to a plan, and through it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.affected import everything
from helmforge.domain.branches import recognise
from helmforge.domain.build_permissions import writes_caches
from helmforge.domain.event import Event, EventKind, Flow
from helmforge.domain.namespaces import demand_released
from helmforge.domain.pipeline import Change, artifact_of, plan_pipeline, withheld
from helmforge.domain.settings import DeployWhen
from helmforge.errors import RefusedError, UsageError
from helmforge.flows import comparison
from helmforge.flows.affected import Findings, find
from helmforge.flows.configuration import find_service, load_services, trunk_services, trunk_settings

if TYPE_CHECKING:
    from helmforge.domain.affected import Reason
    from helmforge.domain.branches import BranchRef
    from helmforge.domain.git import Commit
    from helmforge.domain.orphans import Orphan
    from helmforge.domain.plan import Plan
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Events, Git
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Request:
    """What the command line says; everything empty means: find out from CI or the checkout.

    `ref` is a branch (with or without refs/heads/), `base` what to compare with, `services` the only
    ones to work on, whether they are affected or not. `deepen` brings the history that a shallow clone lacks.
    """

    ref: str = ""
    event: EventKind | None = None
    base: str = ""
    services: tuple[str, ...] = ()
    deepen: bool = False


@dataclass(frozen=True)
class Pipeline:
    """A recognised event and what it means here. `reasons` say why each service is part of it, `orphans`
    which releases in clusters have no service any more, `withheld` what is not tried, and why.
    """

    event: Event
    branch: BranchRef
    commit: Commit
    settings: Settings
    services: tuple[Service, ...]
    reasons: tuple[Reason, ...]
    plan: Plan
    orphans: tuple[Orphan, ...] = ()
    withheld: tuple[str, ...] = ()


def prepare(world: World, settings: Settings, events: Events, request: Request) -> Pipeline:
    """Reads all facts, changes nothing."""
    event = _event(world.git, settings, events, request)
    branch = recognise(event, settings)
    commit = world.git.commit("HEAD")
    if commit is None:
        raise UsageError("there is no commit yet", hint="git add . && git commit")
    _demand_same(event, commit)
    if request.deepen:
        world.git.deepen()
    known = load_services(world.git, settings)
    if _publishes(branch, settings, known):
        local, settings = settings, trunk_settings(world.git, settings)
        branch = recognise(event, settings)
        known = known if settings.services == local.services else load_services(world.git, settings)
    found = _findings(world.git, settings, event, branch, known, request)
    named = {service.name: service for service in known}
    chosen = tuple(named[reason.service] for reason in found.reasons)
    if branch.flow is Flow.RELEASE:
        chosen = tuple(_where_trunk_says(world.git, settings, service) for service in chosen)
    change = Change(branch.flow, commit.oid, branch.version, fork=event.fork)
    if branch.flow is Flow.RELEASE:
        _guard_release(world.git, settings, event, change, chosen[0])
    plan = plan_pipeline(settings, change, chosen)
    left_out = withheld(settings, change)
    return Pipeline(event, branch, commit, settings, chosen, found.reasons, plan, found.orphans, left_out)


def uncommitted(git: Git, request: Request, pipeline: Pipeline) -> int:
    """How many files of the local checkout the plan does not know, because no commit has them. 0 when the
    event is not that of the checkout: then nobody expects them, and `git status` takes its time.
    """
    return 0 if request.ref or pipeline.event.provider else len(git.dirty_paths())


def _event(git: Git, settings: Settings, events: Events, request: Request) -> Event:
    """Flags win over the CI's environment, which wins over the local checkout."""
    detected = _detected(events, request)
    name = request.ref.removeprefix("refs/heads/")
    if detected is not None:
        kind = request.event or (EventKind.PUSH if name else detected.kind)
        _demand_no_push(kind, detected)
        if not name:
            return replace(detected, kind=kind)
    name = name or git.branch() or ""
    if not name:
        raise UsageError(
            "which branch this is for cannot be told: the head is detached",
            hint="say it: --ref BRANCH (and --event pull_request for a pull request)",
        )
    kind = request.event or EventKind.PUSH
    target = settings.trunk if kind is EventKind.PULL_REQUEST else ""
    return Event(kind, name, target=target, fork=detected is not None and detected.fork)


def _detected(events: Events, request: Request) -> Event | None:
    try:
        return events.detect()
    except UsageError:
        if request.ref:
            return None  # of a schedule, say: --ref is what the hint tells to do
        raise


def _demand_no_push(kind: EventKind, detected: Event | None) -> None:
    """Who forks the repository names the branches there: `main`, or `release/notification/1.0.0`."""
    if kind is EventKind.PUSH and detected is not None and detected.fork:
        raise RefusedError(
            "a pull request from a fork is never a push",
            why=f"{detected.provider} says that {detected.branch!r} is a branch of another repository",
            hint="leave --ref and --event out",
        )


def _demand_same(event: Event, head: Commit) -> None:
    """What a CI reports would otherwise be told of another commit's tests, images and deployments."""
    if not event.is_about(head):
        raise RefusedError(
            "the checkout is not the commit that this CI job is for",
            why=f"HEAD is {head.oid}, the event of {event.provider} ({event.branch}) names {event.commit}",
            hint=f"git checkout --detach {event.commit}, or say what to do instead: --ref BRANCH",
        )


def _where_trunk_says(git: Git, settings: Settings, service: Service) -> Service:
    """A release branch says how its service is built and tested; where it runs is the trunk's to say."""
    on_trunk = find_service(git, settings, trunk_services(git, settings), service.name)
    return replace(service, context=on_trunk.context)


def _publishes(branch: BranchRef, settings: Settings, known: tuple[Service, ...]) -> bool:
    """Whether the trunk's rules must judge: its own, too, of what the trunk and a release branch are."""
    deploys = any(environment.deploy is DeployWhen.ON_TRUNK for environment in settings.environments)
    writes = deploys or writes_caches(settings, known)
    return branch.flow is Flow.RELEASE or (branch.flow is Flow.TRUNK and writes)


def _findings(
    git: Git,
    settings: Settings,
    event: Event,
    branch: BranchRef,
    known: tuple[Service, ...],
    request: Request,
) -> Findings:
    if branch.flow is Flow.IGNORED:
        return Findings(())
    if branch.service is not None:
        if request.services and set(request.services) != {branch.service}:
            raise UsageError(
                f"{event.branch} releases {branch.service} and nothing else",
                hint=f"leave --service out, or say --service {branch.service}",
            )
        one = find_service(git, settings, known, branch.service)
        return Findings(everything((one,), f"named by the branch {event.branch}"))
    if request.services:
        chosen = tuple(find_service(git, settings, known, name) for name in request.services)
        return Findings(everything(chosen, "asked for with --service"))
    if request.base:
        return find(git, settings, known, comparison.since(git, request.base))
    return find(git, settings, known, comparison.of_event(git, settings, event, branch.flow))


def _guard_release(git: Git, settings: Settings, event: Event, change: Change, service: Service) -> None:
    """Refuses early what the steps would refuse late: another commit's version, another branch's commit."""
    from helmforge.flows.steps.claim import claim_refs, claimed_commit  # noqa: PLC0415 - brings all steps along

    demand_released(settings, service)
    ref = f"refs/heads/{event.branch}"
    artifact = artifact_of(settings, change, service)
    found = git.remote_refs(ref, *claim_refs(artifact))
    tip = found.get(ref)
    if tip is None:
        raise UsageError(
            f"the branch {event.branch} is not on {git.remote}",
            hint=f"helmforge release cut {service.name}, or push the branch",
        )
    claims = {found[claim] for claim in claim_refs(artifact) if claim in found}
    if tip != change.commit and change.commit not in claims:
        raise RefusedError(
            f"the checkout is not the tip of {event.branch}",
            why=f"HEAD is {change.commit[:12]}, the branch on {git.remote} is at {tip[:12]}",
            hint=f"git fetch {git.remote} && git switch --detach {git.remote}/{event.branch}",
        )
    if claims:
        claimed_commit(git, artifact)
    if not git.files(change.commit, service.chart).keys() >= {"Chart.yaml", "values.yaml"}:
        raise UsageError(
            f"{service.name} has no chart in commit {change.commit[:12]}",
            where=service.chart,
            hint=f"helmforge scaffold {service.name}, commit what it writes, and release that commit",
        )
