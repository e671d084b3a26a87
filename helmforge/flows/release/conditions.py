"""What a promotion depends on besides approvals: holds, the window, the time in the environment before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.soak import not_soaked
from helmforge.errors import RefusedError
from helmforge.flows.release.hold import holding
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from helmforge.domain.ci import Ci
    from helmforge.domain.oci import Digest
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World

CI_GATE = "ci:"


def demand_open(world: World, service: Service, environment: Environment) -> None:
    """RefusedError during a hold and outside of the window."""
    if environment.approvals.hold:
        raise RefusedError(
            f"{environment.name} is on hold",
            where=_key(environment, "hold"),
            hint="wait, or set it to false on the trunk",
        )
    if held := holding(world.git, service, environment):
        raise RefusedError(
            f"{service.name} is on hold in {environment.name}",
            where=held.tag,
            why=held.text,
            hint=f"helmforge release hold {service.name} --env {environment.name} --release",
        )
    if closed := environment.approvals.window.objection(world.clock.now()):
        raise RefusedError(
            f"nothing is promoted to {environment.name} now",
            where=_key(environment, "window"),
            why=closed,
            hint="wait, or change the window on the trunk",
        )


def demand_soaked(
    world: World, settings: Settings, service: Service, environment: Environment, chart: Digest
) -> None:
    """RefusedError until the chart has run long enough in the environment before."""
    soak = environment.approvals.soak
    place = [one.name for one in settings.environments].index(environment.name)
    if not soak or not place:
        return
    before = settings.environments[place - 1]
    guard_cluster(world.kubernetes, before)
    key = ReleaseKey(before.cluster, before.namespace_of(service), service.name)
    if missing := not_soaked(world.helm.history(key), chart, soak, world.clock.now()):
        raise RefusedError(
            f"{service.name} has not run long enough in {before.name}",
            where=_key(environment, "soak"),
            why=missing,
            hint=f"helmforge release status {service.name}",
        )


def demand_ci(ci: Ci, environment: Environment) -> str:
    """How the gate of the CI system is recorded; RefusedError outside of the job that stands behind it.

    The job is known by the variables that the CI system sets: who can set them can pretend.
    """
    if ci.system is None or ci.promotes != environment.name:
        here = f"this is another job of {ci.system.value}" if ci.system else "this is no CI job"
        raise RefusedError(
            f"{environment.name} is promoted to by its job in the CI system",
            where=_key(environment, "by"),
            why=here,
            hint=f"start the job that promotes to {environment.name} (helmforge pipeline generate)",
        )
    return f"{CI_GATE}{ci.system.value} {ci.run_url}".rstrip()


def _key(environment: Environment, key: str) -> str:
    return f"helmforge.yaml environments.{environment.name}.approvals.{key}"
