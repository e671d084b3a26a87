"""`helmforge update`: charts brought to the current templates, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.chart_lock import LOCK_FILE
from helmforge.errors import ExitCode
from helmforge.flows.update.effects import Rendering, effects_of
from helmforge.flows.update.planning import plan_charts
from helmforge.flows.update.reading import chosen, read_charts

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from helmforge.domain.chart_update import ChartUpdate
    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import ChartFolders, Git, Helm, Templates
    from helmforge.flows.update.effects import ChartEffects

__all__ = ["Tools", "Update", "UpdateRequest", "update"]


@dataclass(frozen=True)
class Tools:
    """What an update works with; `workspace` is as in World."""

    git: Git
    helm: Helm
    folders: ChartFolders
    templates: Templates
    workspace: Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True)
class UpdateRequest:
    """`services` are names; empty means all. `force` writes what else is refused, and merges files whose
    pristine text is lost by marking every difference.
    """

    services: tuple[str, ...] = ()
    check: bool = False
    force: bool = False


@dataclass(frozen=True)
class Update:
    """`unmanaged` are services whose charts have no lock. `finished` are charts in which an interrupted
    update was completed first.
    """

    request: UpdateRequest
    charts: tuple[ChartEffects, ...]
    unmanaged: tuple[str, ...]
    finished: tuple[str, ...]

    @property
    def outdated(self) -> tuple[ChartEffects, ...]:
        return tuple(chart for chart in self.charts if chart.update.changes)

    def is_refused(self, chart: ChartEffects) -> bool:
        return bool(chart.objections) and not self.request.force

    @property
    def waiting(self) -> tuple[str, ...]:
        """Files in which a person has something to do, from the repository's root."""
        return tuple(
            f"{chart.update.chart}/{file.path}" for chart in self.charts for file in chart.update.waiting
        )

    @property
    def exit_code(self) -> ExitCode:
        refused = any(map(self.is_refused, self.charts))
        stale = self.request.check and bool(self.outdated)
        return ExitCode.REFUSED if refused or stale or self.waiting else ExitCode.DONE


def update(
    tools: Tools, settings: Settings, request: UpdateRequest, show: Callable[[Update], None]
) -> Update:
    """Reads everything, calls `show` with what would happen, and then does it, chart by chart.

    A chart with objections stays as it is. Any error of configuration, lock or templates is raised before
    anything is written.
    """
    git, folders, templates = tools.git, tools.folders, tools.templates
    services = chosen(git, settings, request.services)
    read = read_charts(folders, templates, services, named=bool(request.services))
    updates = plan_charts(git, folders, templates, settings, read.charts, force=request.force)
    rendering = Rendering(tools.helm, folders, tools.workspace, git.root)
    charts = effects_of(rendering, settings.environments, updates, helm_needed=not request.check)
    result = Update(request, charts, read.unmanaged, read.finished)
    show(result)
    if not request.check:
        for chart in result.outdated:
            if not result.is_refused(chart):
                _write(folders, chart.update, read.texts[chart.update.chart])
    return result


def _write(folders: ChartFolders, update: ChartUpdate, lock: bytes) -> None:
    expected = {file.path: file.before for file in update.files} | {LOCK_FILE: lock}
    changes = dict(update.contents)
    if update.lock is not None:
        changes[LOCK_FILE] = update.lock
    folders.replace(update.chart, expected, changes)
