"""What approve, promote, rollback and verify have in common: all is judged by the trunk's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.cli.options import connect

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Production:
    world: World
    settings: Settings
    service: Service
    environment: Environment


def look_up(service: str, environment: str) -> Production:
    from helmforge.flows import configuration  # noqa: PLC0415 - heavy imports happen late

    world, local = connect()
    settings = configuration.trunk_settings(world.git, local)
    services = configuration.trunk_services(world.git, settings)
    found = configuration.find_service(world.git, settings, services, service)
    return Production(world, settings, found, settings.environment(environment))


def look_up_everything() -> tuple[World, Settings, tuple[Service, ...]]:
    from helmforge.flows import configuration  # noqa: PLC0415 - heavy imports happen late

    world, local = connect()
    settings = configuration.trunk_settings(world.git, local)
    return world, settings, configuration.trunk_services(world.git, settings)
