"""`helmforge render`: the manifests that a deployment would apply, from the work tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge import yamlio
from helmforge.domain.findings import merged
from helmforge.domain.manifests import is_applied, split
from helmforge.domain.names import nearest
from helmforge.errors import StepError, UsageError
from helmforge.flows.lint.files import UNREADABLE, file_findings
from helmforge.flows.lint.rendered import Inspection
from helmforge.flows.lint.values import Values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from helmforge.domain.findings import Finding
    from helmforge.domain.settings import Environment, Settings
    from helmforge.flows.charts import WorkingChart
    from helmforge.flows.ports import Helm


@dataclass(frozen=True)
class Manifest:
    """One document as Helm printed it, and what it says. `source` is its template, `templates/x.yaml`."""

    source: str
    text: str
    objects: tuple[Any, ...]

    @property
    def applied(self) -> bool:
        return all(is_applied(one) for one in self.objects if isinstance(one, dict))


@dataclass(frozen=True)
class Rendering:
    """`left_out` are templates of hooks that an upgrade does not run, such as tests. `image` is the
    repository, "" for a chart without one.
    """

    release: str
    namespace: str
    manifests: tuple[Manifest, ...]
    left_out: tuple[str, ...]
    image: str


def render(
    chart: WorkingChart,
    helm: Helm,
    settings: Settings,
    environment: Environment,
    work: Path,
    only: Sequence[str] = (),
) -> Rendering:
    """`work` is a temporary folder. `only` are templates, relative to the chart; their hooks are shown
    whatever their events.

    Raises UsageError when there is no chart or no such template, and StepError, which names files,
    lines and keys, when the chart does not render.
    """
    service = chart.service
    if not chart.exists:
        hint = f"helmforge scaffold {service.name}"
        raise UsageError(f"{service.name} has no chart yet", where=service.chart, hint=hint)
    image = {"repository": str(environment.images.repository(service.name))}
    pin = work / "image.yaml"
    pin.write_text(json.dumps({"image": image}), encoding="utf-8")  # JSON is YAML
    manifests = _manifests(Inspection(helm, chart, Values(chart, environment), pin), settings)
    shown = _chosen(chart, manifests, only) if only else tuple(one for one in manifests if one.applied)
    return Rendering(
        release=service.name,
        namespace=environment.release_namespace_of(service),
        manifests=shown,
        left_out=tuple(dict.fromkeys(one.source for one in manifests if one not in shown))
        if not only
        else (),
        image=image["repository"] if service.has_image else "",
    )


def _manifests(inspection: Inspection, settings: Settings) -> tuple[Manifest, ...]:
    chart = inspection.chart
    broken = [finding for finding in file_findings(chart, settings) if finding.rule in UNREADABLE]
    if broken:
        raise _not_rendered(inspection, merged(broken))
    stream = inspection.render()
    if not isinstance(stream, str):
        raise _not_rendered(inspection, merged(inspection.explain((*inspection.lint(), *stream))))
    return tuple(
        Manifest(one.source, one.text, tuple(yamlio.load_stream(one.text, chart.path(one.source))))
        for one in split(stream)
    )


def _not_rendered(inspection: Inspection, findings: Sequence[Finding]) -> StepError:
    chart, environment = inspection.chart, inspection.values.environment
    remedies = {finding.remedy: None for finding in findings}
    return StepError(
        f"the chart of {chart.service.name} does not render for {environment.name}",
        where=str(findings[0].place) if findings else chart.service.chart,
        why="\n".join(f"{finding.place}: {finding.reason}" for finding in findings),
        hint="; ".join(remedies) if len(remedies) == 1 else f"helmforge lint {chart.service.name}",
    )


def _chosen(chart: WorkingChart, manifests: Sequence[Manifest], only: Sequence[str]) -> tuple[Manifest, ...]:
    known = list(dict.fromkeys(one.source for one in manifests))
    for wanted in only:
        if wanted not in known:
            guess = nearest(wanted, known)
            raise UsageError(
                f"no object comes from {wanted!r}",
                where=chart.service.chart,
                hint=f"did you mean {guess!r}?" if guess else f"choose one of: {', '.join(known)}",
            )
    return tuple(one for one in manifests if one.source in only)
