"""`helmforge release promote`: the approved bytes into the environment's namespace, then Helm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.ci import Ci
from helmforge.domain.namespaces import demand_released
from helmforge.domain.plan import Deploy, chain
from helmforge.domain.promotion_plan import CopyChart, CopyImage, RecordPromotion
from helmforge.domain.promotion_record import ApprovalTag
from helmforge.errors import RefusedError
from helmforge.flows.release.approvals import gather
from helmforge.flows.release.conditions import demand_ci, demand_open, demand_soaked
from helmforge.flows.release.gate import demand_gate
from helmforge.flows.release.provenance import demand_provenance
from helmforge.flows.release.subject import published_version, running_commit
from helmforge.flows.steps.deploy import demand_cluster

if TYPE_CHECKING:
    from helmforge.domain.plan import Plan
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.world import World

_NO_CI = Ci()


@dataclass(frozen=True)
class Promotion:
    """A promotion that may happen: the approvals count and the plan is made."""

    approvals: tuple[str, ...]
    plan: Plan


def prepare(
    world: World,
    settings: Settings,
    service: Service,
    version: Version,
    environment: Environment,
    ci: Ci = _NO_CI,
) -> Promotion:
    """`settings` and `environment` are those of the trunk; `ci` is where this runs. Changes nothing;
    RefusedError without a valid approval for exactly the digests that are in the registry now.
    """
    demand_gate(settings, environment)
    demand_released(settings, service)
    demand_open(world, service, environment)
    demand_final(version, environment)
    demand_cluster(world.kubernetes, service, environment)
    published = published_version(world, settings, service, version)
    demand_soaked(world, settings, service, environment, published.chart)
    demand_provenance(world, settings, environment, published)
    approvals = _approvals(world, settings, service, environment, published, ci)
    names = tuple(approval.name for approval in approvals)
    plan = promotion_plan(settings, service, published, environment, approvals, ci.run_url)
    return Promotion(names, plan)


def demand_final(version: Version, environment: Environment) -> None:
    """RefusedError for a prerelease where none may go."""
    if version.prerelease and not environment.prereleases:
        raise RefusedError(
            f"{version} is a prerelease and may not go to {environment.name}",
            where=f"helmforge.yaml environments.{environment.name}.prereleases",
            hint="release the final version first",
        )


def promotion_plan(
    settings: Settings,
    service: Service,
    published: PublishedVersion,
    environment: Environment,
    approvals: tuple[ApprovalTag, ...],
    run: str = "",
) -> Plan:
    artifact = published.artifact
    source = artifact.images.at(published.image)
    repository = environment.images.repository(service.name)
    target = repository.tagged(artifact.version)
    names = tuple(approval.name for approval in approvals)
    charts = settings.promoted_chart_repository(environment, service.name)
    copies = [CopyImage(service, source, target)]
    if charts != artifact.charts:
        chart = artifact.charts.at(published.chart)
        copies.append(CopyChart(service, chart, charts.tagged(artifact.chart_version)))
    return chain(
        *copies,
        RecordPromotion(
            service, artifact, environment, source, target, charts, published.chart, approvals, run
        ),
        Deploy(
            service,
            replace(artifact, charts=charts),
            environment,
            repository,
            published.chart,
            "promote",
            names,
            own_chart=charts != artifact.charts,
        ),
    )


def _approvals(
    world: World,
    settings: Settings,
    service: Service,
    environment: Environment,
    published: PublishedVersion,
    ci: Ci,
) -> tuple[ApprovalTag, ...]:
    """Tags, or where the CI system approved."""
    if environment.approvals.by_ci:
        return (ApprovalTag(demand_ci(ci, environment)),)
    since = running_commit(world, service, environment)
    gathered = gather(world, settings, service, environment, published, since)
    subject = published.subject(environment)
    hint = f"helmforge release approve {service.name} {subject.version} --env {environment.name}"
    counted = gathered.verdict.demand(subject, hint)
    return tuple(ApprovalTag(tag.name, tag.oid) for tag in gathered.tags if tag.name in counted)
