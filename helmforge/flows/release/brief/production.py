"""What runs in the environment now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.brief import Running
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import running
from helmforge.errors import StepError
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from helmforge.domain.deployment import Deployed, DeploymentRecord
    from helmforge.domain.settings import Environment, Service
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Production:
    environment: str
    deployed: Deployed | None

    @property
    def running(self) -> Running:
        if self.deployed is None:
            return Running("", "", None)
        revision, record = self.deployed.revision, self.deployed.record
        if record is None:
            return Running(revision.app_version, "", revision.updated)
        return Running(record.version, record.commit, revision.updated)

    @property
    def record(self) -> DeploymentRecord | None:
        """None when nothing runs; StepError when something runs of which there is no record."""
        if self.deployed is not None and self.deployed.record is None:
            raise StepError(
                f"what runs in {self.environment} was deployed by hand: helmforge left no record of it"
            )
        return self.deployed.record if self.deployed else None


def read_production(world: World, service: Service, environment: Environment) -> Production:
    key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
    guard_cluster(world.kubernetes, environment)
    return Production(environment.name, running(world.helm.history(key)))
