"""`helmforge release brief`: everything an approver should know first, asked for at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from helmforge.domain.brief import Brief
from helmforge.flows.release.brief.before import environment_before, read_before
from helmforge.flows.release.brief.case import Case, attempt
from helmforge.flows.release.brief.findings import read_findings
from helmforge.flows.release.brief.history import read_history
from helmforge.flows.release.brief.image import read_image
from helmforge.flows.release.brief.outcome import read_outcome
from helmforge.flows.release.brief.production import read_production
from helmforge.flows.release.brief.rendered import read_difference, read_lone_keys
from helmforge.flows.release.brief.summary import subject_of
from helmforge.flows.release.gate import demand_gate
from helmforge.flows.release.subject import published_version
from helmforge.flows.steps.chart import pull

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from helmforge.domain.brief import Part
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.world import World

T = TypeVar("T")
_AT_ONCE = 10  # more than there are parts: those that wait for production leave room for it


def prepare(
    world: World, settings: Settings, service: Service, version: Version, environment: Environment
) -> Brief:
    """`settings` and `environment` are those of the trunk. What cannot be found out is a part that says so.

    Raises as `approve` does for an environment without approvals, and for a version that is not published.
    """
    demand_gate(settings, environment)
    published = published_version(world, settings, service, version)
    with world.workspace() as work, ThreadPoolExecutor(_AT_ONCE) as pool:
        production = pool.submit(read_production, world, service, environment)
        chart = pool.submit(pull, world, published.artifact, published.chart)
        about = (world, settings, service, environment, version, published)
        return _gather(Case(*about, work, production, chart), pool)


def _gather(case: Case, pool: ThreadPoolExecutor) -> Brief:
    def ask(read: Callable[[Case], T]) -> Future[Part[T]]:
        return pool.submit(attempt, lambda: read(case))

    history = pool.submit(read_history, case)
    difference, lone_keys, image = ask(read_difference), ask(read_lone_keys), ask(read_image)
    findings, outcome = ask(read_findings), ask(read_outcome)
    earlier = environment_before(case)
    before = ask(lambda each: read_before(each, earlier)) if earlier else None
    changes, approvals = history.result()
    return Brief(
        subject=subject_of(case.published, case.environment),
        made=case.world.clock.now(),
        running=attempt(lambda: case.asked.result().running),
        changes=changes,
        difference=difference.result(),
        lone_keys=lone_keys.result(),
        image=image.result(),
        findings=findings.result(),
        before=before.result() if before else None,
        approvals=approvals,
        outcome=outcome.result(),
    )
