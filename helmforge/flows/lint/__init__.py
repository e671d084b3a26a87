"""`helmforge lint`: everything that is wrong with services and their charts, each thing once."""

from __future__ import annotations

import json
import posixpath
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from helmforge.domain import policy
from helmforge.domain.findings import merged
from helmforge.flows.charts import WorkingChart
from helmforge.flows.lint.configuration import configuration
from helmforge.flows.lint.files import UNREADABLE, file_findings
from helmforge.flows.lint.rendered import Inspection
from helmforge.flows.lint.values import Values
from helmforge.flows.lint.waivers import waiver_findings
from helmforge.flows.update.reading import recover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from helmforge.domain.findings import Finding
    from helmforge.domain.settings import Environment, Settings
    from helmforge.flows.ports import ChartFolders, Files, Git, Helm


@dataclass(frozen=True)
class Report:
    """`without_chart` are services that have nothing to lint yet."""

    findings: tuple[Finding, ...]
    services: tuple[str, ...]
    environments: tuple[str, ...]
    without_chart: tuple[str, ...] = ()


def lint(
    git: Git,
    files: Files,
    folders: ChartFolders,
    helm: Helm,
    names: Sequence[str],
    work: Path,
    *,
    today: date,
    jobs: int,
) -> Report:
    """Of the services `names`, or of all. What is broken in one hides nothing of the others.
    `work` is a temporary folder; after `today` (UTC) waivers have expired.

    Raises UsageError when there is no helmforge.yaml, or no such service.
    """
    settings, services, broken = configuration(git, files, names)
    if settings is None:
        return Report(merged(broken), (), ())
    known = None if names else {*(service.name for service in services), *(one.service for one in broken)}
    waivers = waiver_findings(files, settings, known, today)
    recover(folders, services)
    charts = [WorkingChart(files, folders, git.root, service) for service in services]
    present = [chart for chart in charts if chart.exists]
    pin = work / "pin.yaml"
    pin.write_text(json.dumps(policy.PROBE_VALUES), encoding="utf-8")  # JSON is YAML
    with ThreadPoolExecutor(jobs) as threads:
        found = _inspected(threads, helm, settings, present, pin)
    return Report(
        merged((*broken, *waivers, *found)),
        tuple(service.name for service in services),
        tuple(environment.name for environment in settings.environments),
        tuple(chart.service.name for chart in charts if not chart.exists),
    )


def _inspected(
    threads: ThreadPoolExecutor, helm: Helm, settings: Settings, charts: Sequence[WorkingChart], pin: Path
) -> list[Finding]:
    """First the files, which need no program; Helm is asked about what can be read at all."""
    by_chart = list(threads.map(partial(file_findings, settings=settings), charts))
    work = [
        Inspection(helm, chart, Values(chart, environment), pin)
        for chart, findings in zip(charts, by_chart, strict=True)
        for environment in settings.environments
        if _readable(chart, environment, findings)
    ]
    rendered = threads.map(lambda inspection: tuple(inspection.findings()), work)
    return [finding for group in (*by_chart, *rendered) for finding in group]


def _readable(chart: WorkingChart, environment: Environment, findings: Sequence[Finding]) -> bool:
    """Whether Helm can say more than that a file is not YAML, which is told already."""
    unreadable = {finding.place.file for finding in findings if finding.rule in UNREADABLE}
    own = {chart.path(name) for name in ("values.yaml", chart.values_name(environment)) if name}
    shared = {file for file in unreadable if not posixpath.basename(file).startswith("values-")}
    return not shared and not unreadable & own
