"""`helmforge release status`: services x environments, read from Helm, Git and the registry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import current, removed_first, running
from helmforge.domain.version import Version
from helmforge.errors import HelmforgeError, UnreachableError, UsageError
from helmforge.flows.release.recorded import recorded_repository
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from helmforge.domain.deployment import DeploymentRecord
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World

_AT_ONCE = 8


@dataclass(frozen=True)
class Row:
    """One service in one environment. `state` is Helm's status (failed, too, for a first deployment that was
    removed again), `not deployed`, or `unknown` with `problem`.

    `version`, `image` and `chart` are those of the newest revision that was deployed successfully;
    `registry` tells whether the registry still has that image under the version's tag, where it was
    deployed from: same, other, missing, or "" when there is nothing to compare; unreachable or refused,
    with `problem`, when it could not be asked.
    """

    service: str
    environment: str
    state: str
    version: str = ""
    image: str = ""
    chart: str = ""
    commit: str = ""
    revision: int = 0
    updated: datetime | None = None
    registry: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Released:
    """The newest claimed version of a service, and its claimed commit; `approvals` per environment."""

    service: str
    version: str
    commit: str
    approvals: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    rows: tuple[Row, ...]
    released: tuple[Released, ...]


def status(world: World, settings: Settings, services: tuple[Service, ...]) -> Status:
    """Asks everything at once; what cannot be asked becomes a row that says so. Namespaces are left out."""
    services = tuple(service for service in services if service.has_image)
    pairs = [(service, environment) for service in services for environment in settings.environments]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        refs = pool.submit(world.git.annotated_refs, "refs/tags/*")
        rows = tuple(pool.map(lambda pair: _row(world, settings, *pair), pairs))
        released = _released(refs.result().items())
    return Status(rows, tuple(released[one.name] for one in services if one.name in released))


def _row(world: World, settings: Settings, service: Service, environment: Environment) -> Row:
    try:
        key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
        guard_cluster(world.kubernetes, environment)
        history = world.helm.history(key)
    except HelmforgeError as error:
        return Row(service.name, environment.name, "unknown", problem=_in_short(error))
    last, good = current(history), running(history)
    if last is None:
        return Row(service.name, environment.name, "not deployed")
    row = Row(
        service.name,
        environment.name,
        last.revision.status,
        revision=last.revision.revision,
        updated=(good or last).revision.updated,
    )
    if removed := removed_first(history):
        problem = f"the first deployment, of {removed.version}, failed and was removed again"
        return replace(row, state="failed", problem=problem)
    if good is None:
        return row
    if good.record is None:
        problem = "deployed by hand: helmforge left no record"
        return replace(row, version=good.revision.app_version, updated=last.revision.updated, problem=problem)
    return _recorded(world, settings, row, good.record)


def _recorded(world: World, settings: Settings, row: Row, record: DeploymentRecord) -> Row:
    registry, problem = _in_registry(world, settings, record)
    return replace(
        row,
        version=record.version,
        image=record.image,
        chart=record.chart,
        commit=record.commit,
        registry=registry,
        problem=problem,
    )


def _in_short(error: HelmforgeError) -> str:
    return (error.why or error.what).splitlines()[0]


def _in_registry(world: World, settings: Settings, record: DeploymentRecord) -> tuple[str, str]:
    """The word for the row and, where the registry could not be asked, what it said."""
    try:
        found = world.registry.resolve(recorded_repository(settings, record).tagged(record.version))
    except HelmforgeError as error:
        word = "unreachable" if isinstance(error, UnreachableError) else "refused"
        return word, f"{error.what}: {_in_short(error)}"
    if found is None:
        return "missing", ""
    return ("same" if found.digest == record.image else "other"), ""


def _released(table: Iterable[tuple[str, str]]) -> dict[str, Released]:
    """By service, in one pass over the remote's tags."""
    newest: dict[str, tuple[Version, str]] = {}
    approvals: dict[tuple[str, str], list[str]] = {}
    for ref, commit in table:
        tag = ref.removeprefix("refs/tags/")
        match tag.split("/", 4):
            case ["approvals", _, service, text, _]:
                approvals.setdefault((service, text), []).append(tag)
            case [service, text] if version := _version(text):
                newest[service] = max((version, commit), newest.get(service, (version, commit)))
    return {
        service: Released(
            service, version.tag, commit, tuple(sorted(approvals.get((service, version.tag), [])))
        )
        for service, (version, commit) in newest.items()
    }


def _version(text: str) -> Version | None:
    try:
        return Version.parse(text)
    except UsageError:
        return None
