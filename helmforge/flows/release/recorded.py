"""What the record of a deployment names, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.oci import RegistryHost, Repository

if TYPE_CHECKING:
    from helmforge.domain.deployment import DeploymentRecord
    from helmforge.domain.names import ServiceName
    from helmforge.domain.settings import Settings


def recorded_repository(settings: Settings, record: DeploymentRecord) -> Repository:
    """Where the image was deployed from, wherever `imageNamespace` points today. UsageError when the record
    holds no such name.

    Whether its registry may be spoken to without TLS says helmforge.yaml alone.
    """
    return repository_named(settings, record.repository)


def recorded_charts(settings: Settings, record: DeploymentRecord, service: ServiceName) -> Repository:
    """As recorded_repository, where the chart was deployed from."""
    if not record.charts:
        return settings.chart_repository(service)
    return repository_named(settings, record.charts)


def repository_named(settings: Settings, name: str) -> Repository:
    """`<host>/<path>`; UsageError when it is no such name."""
    host, _, path = name.partition("/")
    hosts = (settings.registry.host, *(one.images.registry.host for one in settings.environments))
    known = {one.host: one for one in hosts}
    return Repository(known.get(host) or RegistryHost(host), path)
