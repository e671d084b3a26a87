"""What becomes of each file: the decisions of the domain, with the texts and merges that they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.chart_lock import has_blob_id
from helmforge.domain.chart_texts import MINE, PRISTINE, THEIRS
from helmforge.domain.chart_update import (
    ChartUpdate,
    ToMerge,
    decide,
    merged,
    new_lock,
)
from helmforge.domain.names import ServiceName
from helmforge.flows.pristine import chart_answers, pristine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.domain.chart_lock import ChartLock
    from helmforge.domain.chart_update import FileUpdate, Merged, Pristine
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import ChartFolders, Git, Templates


@dataclass(frozen=True)
class _Decided:
    service: Service
    lock: ChartLock
    pristine: Pristine
    files: tuple[FileUpdate | ToMerge, ...]

    @property
    def wanted(self) -> list[str]:
        """Ids of the pristine texts that Git has to find."""
        return [file.base.blob for file in self.files if isinstance(file, ToMerge) and file.base.text is None]


def plan_charts(
    git: Git,
    folders: ChartFolders,
    templates: Templates,
    settings: Settings,
    charts: Sequence[tuple[Service, ChartLock]],
    *,
    force: bool,
) -> tuple[ChartUpdate, ...]:
    object_format = git.object_format()
    decided = [
        _decided(folders, templates, settings, service, lock, object_format) for service, lock in charts
    ]
    wanted = [blob for each in decided for blob in each.wanted]
    blobs = git.blobs(wanted) if wanted else {}
    return tuple(_planned(git, each, blobs, force=force) for each in decided)


def _decided(
    folders: ChartFolders,
    templates: Templates,
    settings: Settings,
    service: Service,
    lock: ChartLock,
    object_format: str,
) -> _Decided:
    said = lock.answers
    answers = chart_answers(
        settings, ServiceName(said.service), type_name=said.type, context=said.context, port=said.port
    )
    today = pristine(templates, answers, templates.render(answers), object_format)
    found = folders.read(service.chart, sorted({*lock.files, *today.texts}))
    return _Decided(service, lock, today, tuple(decide(lock, today, found)))


def _planned(git: Git, chart: _Decided, blobs: Mapping[str, bytes], *, force: bool) -> ChartUpdate:
    labels = (MINE, f"{PRISTINE} {chart.lock.version}", f"{THEIRS} {chart.pristine.version}")

    def merge(task: ToMerge, base: bytes | None) -> Merged | None:
        return git.merge(task.mine, base, task.theirs, labels)

    files = tuple(
        merged(file, _base(file, blobs), merge, force=force) if isinstance(file, ToMerge) else file
        for file in chart.files
    )
    new = new_lock(chart.lock, chart.pristine, files)
    return ChartUpdate(chart.service, chart.lock, new, files)


def _base(task: ToMerge, blobs: Mapping[str, bytes]) -> bytes | None:
    if task.base.text is not None:
        return task.base.text.encode()
    found = blobs.get(task.base.blob)
    return found if found is not None and has_blob_id(found, task.base.blob) else None
