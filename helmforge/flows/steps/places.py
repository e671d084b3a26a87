"""Where in the repository the findings of a failed check stand."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.annotations import Annotation, annotation_of
from helmforge.domain.findings import Place, merged
from helmforge.errors import FindingsError, HelmforgeError
from helmforge.flows.charts import WorkingChart
from helmforge.flows.lint.files import file_findings
from helmforge.flows.lint.rendered import Inspection
from helmforge.flows.lint.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from helmforge.domain.findings import Finding
    from helmforge.domain.scanning import Judged
    from helmforge.domain.settings import Build, Environment, Service, Settings
    from helmforge.errors import StepError
    from helmforge.flows.ports import Files
    from helmforge.flows.world import World

_FROM = re.compile(rb"^\s*FROM\s+\S.*?(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class ChartPlaces:
    """Asks `helmforge lint`, which looks closer than a step: only after a step has failed."""

    world: World
    settings: Settings

    def placed(
        self, error: StepError, service: Service, environments: Iterable[Environment], pin: Path
    ) -> FindingsError:
        """`error` with the places of what is wrong; without any when they cannot be found."""
        found: tuple[Finding, ...] = ()
        with suppress(HelmforgeError):
            found = self._findings(service, environments, pin)
        annotations = tuple(annotation_of(finding) for finding in found)
        return FindingsError(
            error.what, where=error.where, why=error.why, hint=error.hint, annotations=annotations
        )

    def _findings(
        self, service: Service, environments: Iterable[Environment], pin: Path
    ) -> tuple[Finding, ...]:
        world = self.world
        chart = WorkingChart(world.files, world.chart_folders, world.git.root, service)
        found = list(file_findings(chart, self.settings))
        if not found:  # what cannot be read need not be rendered
            for environment in environments:
                found += Inspection(world.helm, chart, Values(chart, environment), pin).findings()
        return merged(found)


def scan_annotations(files: Files, build: Build, blocking: Iterable[Judged]) -> tuple[Annotation, ...]:
    """At the line of the Dockerfile that begins the image: findings have no other place in the repository."""
    place = Place(build.dockerfile, _line_of_stage(files, build))
    return tuple(Annotation(f"{one.finding.severity} {one.finding.id}", str(one), place) for one in blocking)


def _line_of_stage(files: Files, build: Build) -> int:
    content = b""
    with suppress(HelmforgeError):
        content = files.read(build.dockerfile) or b""
    stages = {
        (found["stage"] or b"").lower(): number
        for number, line in enumerate(content.splitlines(), 1)
        if (found := _FROM.match(line))
    }
    return stages.get(build.target.lower().encode(), max(stages.values(), default=1))
