"""Which secrets and caches a build may use, by the event that it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge.domain.building import Cache
from helmforge.domain.event import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.pipeline import Change
    from helmforge.domain.settings import Build, Service, Settings


def permitted_build(settings: Settings, change: Change, service: Service) -> Build:
    """Only the trunk writes caches: what a pull request wrote, a merged commit would be built from. Releases
    read them only where the trunk's helmforge.yaml says so. Forks get no secrets.
    """
    configured = _cache(settings, service)
    reads = change.flow is not Flow.RELEASE or settings.build.releases_read_cache
    writes = change.flow is Flow.TRUNK
    cache = Cache(configured.sources if reads else (), configured.target if writes else None)
    return replace(service.build, cache=cache, secrets_withheld=change.fork)


def writes_caches(settings: Settings, services: Iterable[Service]) -> bool:
    """Whether a push to the trunk would."""
    return any(_cache(settings, service).target for service in services)


def _cache(settings: Settings, service: Service) -> Cache:
    rule = settings.build.cache if service.build.cache_rule is None else service.build.cache_rule
    return rule.of(service.name, settings.registry.host)
