"""Releases in clusters that no service stands for any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helmforge.domain.names import EnvironmentName, ServiceName
    from helmforge.domain.settings import Service, Settings


@dataclass(frozen=True)
class Orphan:
    """The Helm release `service` in `namespace`, which stays as it is until somebody uninstalls it."""

    service: ServiceName
    environment: EnvironmentName
    context: str
    namespace: str
    why: str


def orphans(settings: Settings, before: Iterable[Service], now: Iterable[Service]) -> tuple[Orphan, ...]:
    """`before` are services as they were in the commits that are compared with."""
    every = tuple(now)
    names = {service.name: service for service in every}
    folders = {service.folder: service for service in every}
    found = [
        orphan
        for service in before
        for orphan in _of(settings, service, names.get(service.name), folders.get(service.folder))
    ]
    return tuple(dict.fromkeys(found))


def _of(settings: Settings, service: Service, same: Service | None, heir: Service | None) -> Iterator[Orphan]:
    for environment in settings.environments:
        namespace = environment.release_namespace_of(service)
        if same is not None:
            moved = environment.release_namespace_of(same)
            if moved == namespace:
                continue
            why = f"it moves to the namespace {moved}"
        else:
            why = f"the service is now called {heir.name}" if heir is not None else "the service is deleted"
        yield Orphan(service.name, environment.name, environment.cluster.context, namespace, why)
