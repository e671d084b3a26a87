"""`helmforge release rollback`: an artifact that ran here before, from the registry, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.artifact import Artifact
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import find_version, previous, versions_that_ran
from helmforge.domain.namespaces import demand_released
from helmforge.domain.oci import Digest
from helmforge.domain.plan import Deploy, chain
from helmforge.errors import RefusedError
from helmforge.flows.release.recorded import recorded_charts, recorded_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.domain.cluster import ReleaseRevision
    from helmforge.domain.deployment import DeploymentRecord
    from helmforge.domain.plan import Plan
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.world import World


def prepare(
    world: World, settings: Settings, service: Service, environment: Environment, version: Version | None
) -> Plan:
    """The previous version, or a named one; only what ran in this environment before, by its digests.

    It needs no new approval: what ran was approved when it went in.
    """
    demand_released(settings, service)
    key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
    history = world.helm.history(key)
    record = find_version(history, version.tag) if version else previous(history)
    if record is None:
        wanted = f"version {version}" if version else "an earlier version"
        raise RefusedError(
            f"{wanted} of {service.name} never ran in {environment.name}",
            why=f"Helm's history of {key.name} in {key.namespace} does not know it: {_that_ran(history)}",
            hint=f"name a version that ran, or helmforge release promote {service.name} VERSION "
            f"--env {environment.name}",
        )
    repository = recorded_repository(settings, record)
    if record.image and world.registry.resolve(repository.at(Digest.parse(record.image))) is None:
        raise RefusedError(
            f"the image of {service.name} {record.version} is no longer in the registry",
            why=f"{repository}@{record.image} does not exist; {_that_ran(history)}",
            hint="name another version that ran here, or release it again under a new number",
        )
    return chain(_deploy(settings, service, environment, record))


def _that_ran(history: Sequence[ReleaseRevision]) -> str:
    return f"what ran here, newest first: {', '.join(versions_that_ran(history)) or 'nothing on record'}"


def _deploy(
    settings: Settings, service: Service, environment: Environment, record: DeploymentRecord
) -> Deploy:
    chart_version = record.version.removeprefix("v")
    if record.version == f"g{record.commit[:12]}":
        chart_version = f"0.0.0-{record.version}"
    artifact = Artifact(
        service.name,
        record.commit,
        record.version,
        chart_version,
        settings.image_repository(service.name),
        recorded_charts(settings, record, service.name),
    )
    repository = recorded_repository(settings, record)
    return Deploy(
        service,
        artifact,
        environment,
        repository,
        Digest.parse(record.chart),
        "rollback",
        record.approvals,
        own_chart=bool(record.charts),
    )
