"""`helmforge release status`: services x environments, read from Helm, Git and the registry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import current, running
from helmforge.domain.version import Version
from helmforge.errors import HelmforgeError, UsageError
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World

_AT_ONCE = 8


@dataclass(frozen=True)
class Row:
    """One service in one environment. `state` is Helm's status, `not deployed`, or `unknown` with `problem`.

    `version`, `image` and `chart` are those of the newest revision that was deployed successfully;
    `registry` tells whether the registry still has that image under the version's tag: same, other,
    missing, or "" when there is nothing to compare.
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
    """Asks everything at once; what cannot be asked becomes a row that says so."""
    pairs = [(service, environment) for service in services for environment in settings.environments]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        refs = pool.submit(world.git.remote_refs, "refs/tags/*")
        rows = tuple(pool.map(lambda pair: _row(world, *pair), pairs))
        newest = tuple(_released(service, refs.result()) for service in services)
    return Status(rows, tuple(one for one in newest if one is not None))


def _row(world: World, service: Service, environment: Environment) -> Row:
    try:
        key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
        guard_cluster(world.kubernetes, environment)
        history = world.helm.history(key)
    except HelmforgeError as error:
        return Row(service.name, environment.name, "unknown", problem=_in_short(error))
    last, good = current(history), running(history)
    if last is None:
        return Row(service.name, environment.name, "not deployed")
    record = good.record if good else None
    if record is None:
        version = good.revision.app_version if good else ""
        problem = "deployed by hand: helmforge left no record" if good else ""
        return Row(
            service.name,
            environment.name,
            last.revision.status,
            version,
            revision=last.revision.revision,
            updated=last.revision.updated,
            problem=problem,
        )
    return Row(
        service=service.name,
        environment=environment.name,
        state=last.revision.status,
        version=record.version,
        image=record.image,
        chart=record.chart,
        commit=record.commit,
        revision=last.revision.revision,
        updated=good.revision.updated if good else None,
        registry=_in_registry(world, environment, service, record.version, record.image),
    )


def _in_short(error: HelmforgeError) -> str:
    return (error.why or error.what).splitlines()[0]


def _in_registry(world: World, environment: Environment, service: Service, version: str, image: str) -> str:
    try:
        found = world.registry.resolve(environment.images.repository(service.name).tagged(version))
    except HelmforgeError:
        return "unreachable"
    if found is None:
        return "missing"
    return "same" if found.digest == image else "other"


def _released(service: Service, table: Mapping[str, str]) -> Released | None:
    prefix = f"refs/tags/{service.name}/"
    versions = {}
    for ref, commit in table.items():
        if ref.startswith(prefix):
            try:
                versions[Version.parse(ref.removeprefix(prefix))] = commit
            except UsageError:
                continue
    if not versions:
        return None
    newest = max(versions)
    approvals = tuple(
        sorted(
            ref.removeprefix("refs/tags/")
            for ref in table
            if ref.startswith("refs/tags/approvals/") and f"/{service.name}/{newest.tag}/" in ref
        )
    )
    return Released(service.name, newest.tag, versions[newest], approvals)
