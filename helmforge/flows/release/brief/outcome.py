"""What happens after the approval, and the way back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from helmforge.domain.brief.decision import Outcome
from helmforge.domain.version import Version
from helmforge.errors import HelmforgeError, RefusedError, StoppedError, UsageError
from helmforge.flows.release.brief.case import attempt, in_short
from helmforge.flows.release.conditions import demand_open, demand_soaked
from helmforge.flows.release.promote import demand_final, promotion_plan
from helmforge.flows.release.provenance import demand_provenance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.flows.release.brief.case import Case


def read_outcome(case: Case) -> Outcome:
    plan = promotion_plan(case.settings, case.service, case.published, case.environment, ())
    subject = f"{case.service.name} {case.published.artifact.version} --env {case.environment.name}"
    return Outcome(
        steps=tuple(planned.step.title for planned in plan),
        obstacles=tuple(_obstacles(case)),
        approve=f"helmforge release approve {subject}",
        promote=f"helmforge release promote {subject}",
        undo=attempt(lambda: _undo(case)),
    )


def _obstacles(case: Case) -> Iterator[str]:
    """As `release promote` would refuse it."""
    world, service, environment = case.world, case.service, case.environment
    rules = (
        partial(demand_open, world, service, environment),
        partial(demand_final, case.version, environment),
        partial(demand_soaked, world, case.settings, service, environment, case.published.chart),
        partial(demand_provenance, world, case.settings, environment, case.published),
    )
    for rule in rules:
        try:
            rule()
        except StoppedError:
            raise
        except RefusedError as error:
            yield in_short(error)
        except HelmforgeError as error:
            yield f"perhaps, which cannot be told: {in_short(error)}"


def _undo(case: Case) -> str:
    """By the version that runs now: after a second promotion "the one before" would be another one."""
    record = case.production.record
    if record is None:
        return ""
    command = f"helmforge release rollback {case.service.name}"
    if record.chart == case.published.chart:
        return f"{command} --env {case.environment.name}"  # it runs already
    try:
        return f"{command} {Version.parse(record.version).tag} --env {case.environment.name}"
    except UsageError:
        return f"{command} --env {case.environment.name}"
