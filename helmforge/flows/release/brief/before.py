"""How the version has done in the environment before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.brief.before import stay
from helmforge.domain.cluster import ReleaseKey
from helmforge.flows.release.brief.case import attempt
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from helmforge.domain.brief.before import Stay
    from helmforge.domain.settings import Environment
    from helmforge.flows.release.brief.case import Case


def environment_before(case: Case) -> Environment | None:
    """In promotion order; None for the first one."""
    names = [one.name for one in case.settings.environments]
    place = names.index(case.environment.name)
    return case.settings.environments[place - 1] if place else None


def read_before(case: Case, environment: Environment) -> Stay:
    guard_cluster(case.world.kubernetes, environment)
    key = ReleaseKey(environment.cluster, environment.namespace_of(case.service), case.service.name)
    history = case.world.helm.history(key)
    pods = attempt(lambda: case.world.kubernetes.restarts(key))
    return stay(environment.name, history, str(case.published.chart), pods)
