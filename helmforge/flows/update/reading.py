"""Which charts an update is about, and what their locks say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.config.chart_lock import parse_lock
from helmforge.domain.chart_lock import LOCK_FILE
from helmforge.domain.version import Version
from helmforge.errors import ConfigError, UsageError
from helmforge.flows.configuration import find_service, load_services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.domain.chart_lock import ChartLock
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import ChartFolders, Git, Templates


@dataclass(frozen=True)
class ReadCharts:
    """`charts` have a lock; `texts` are the locks as they stand, by the chart's folder."""

    charts: tuple[tuple[Service, ChartLock], ...]
    texts: Mapping[str, bytes]
    unmanaged: tuple[str, ...]
    finished: tuple[str, ...]


def chosen(git: Git, settings: Settings, names: Sequence[str]) -> tuple[Service, ...]:
    """The services of these names, each once; all when there are none."""
    services = load_services(git, settings)
    if not names:
        return services
    return tuple({name: find_service(git, settings, services, name) for name in names}.values())


def recover(folders: ChartFolders, services: Sequence[Service]) -> tuple[str, ...]:
    """For every command that reads charts or their locks, first of all: completes what an interrupted
    update began. The charts in which something changed.
    """
    return tuple(service.chart for service in services if folders.recover(service.chart))


def read_charts(
    folders: ChartFolders, templates: Templates, services: Sequence[Service], *, named: bool
) -> ReadCharts:
    """`named`: somebody asked for just these, so that a missing lock is an error."""
    finished = recover(folders, services)
    charts, texts, unmanaged = [], {}, []
    for service in services:
        text = folders.read(service.chart, [LOCK_FILE]).get(LOCK_FILE)
        if text is None:
            if named:
                raise _no_lock(service)
            unmanaged.append(service.name)
            continue
        charts.append((service, _lock(service, text, templates)))
        texts[service.chart] = text
    return ReadCharts(tuple(charts), texts, tuple(unmanaged), finished)


def _lock(service: Service, text: bytes, templates: Templates) -> ChartLock:
    name = f"{service.chart}/{LOCK_FILE}"
    lock = parse_lock(text.decode("utf-8", errors="replace"), name)
    if Version.parse(lock.version) > Version.parse(templates.version):
        raise ConfigError(
            f"the chart of {service.name} is from newer templates",
            where=f"{name}:{_line(text, 'version')} templates.version",
            why=f"it has {lock.version}, and this helmforge brings {templates.version}",
            hint="install the newest helmforge",
        )
    if lock.answers.type not in templates.types():
        raise ConfigError(
            f"there is no chart type {lock.answers.type!r}",
            where=f"{name}:{_line(text, 'type')} answers.type",
            why=f"the types are {', '.join(templates.types())}",
            hint="take the template back, or write one of them into this line",
        )
    if lock.answers.service != service.name:
        raise ConfigError(
            f"the service {lock.answers.service!r} is called {service.name!r} now",
            where=f"{name}:{_line(text, 'service')} answers.service",
            why="releases and objects in the clusters have that name, and would be made anew under another",
            hint=f"take the name back in {service.folder}/{config.SERVICE_FILE}; or write `service: "
            f"{service.name}` into this line and run helmforge update --force, which renames the chart",
        )
    return lock


def _line(text: bytes, key: str) -> int:
    """The line that begins with `key`, which the lock has once at that depth."""
    lines = text.decode("utf-8", errors="replace").splitlines()
    return next((at for at, line in enumerate(lines, 1) if line.startswith(f"  {key}:")), 1)


def _no_lock(service: Service) -> UsageError:
    return UsageError(
        f"the chart of {service.name} has no {LOCK_FILE}",
        where=service.chart,
        why="helmforge did not make it, or does not know any more what it made",
        hint=f"helmforge scaffold {service.name} writes what is missing, when no file was edited",
    )
