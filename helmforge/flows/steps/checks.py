"""Steps that only look: lint, render, policy."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from helmforge import yamlio
from helmforge.domain import policy
from helmforge.errors import FindingsError, StepError, ToolError
from helmforge.flows.step_runners import Nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from helmforge.domain.plan import CheckPolicy, LintChart, RenderChart
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World


_T = TypeVar("_T")
_R = TypeVar("_R")
_SIDE_BY_SIDE = 4
_KIND = re.compile(r"^kind: *(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Checks:
    world: World
    work: Path
    settings: Settings
    rendered: dict[str, str] = field(default_factory=dict)

    def lint(self, step: LintChart, log: Log) -> Facts | Nothing:
        chart = self._chart(step.service)
        if chart is None:
            return _no_chart(step.service)
        self._demand_name(chart, step.service)
        with self._placing(step):
            _side_by_side(partial(self._lint, chart, log), (None, *self._values(chart, step.environments)))
        return {}

    @contextmanager
    def _placing(self, step: LintChart | RenderChart | CheckPolicy) -> Iterator[None]:
        """Whatever is wrong with the chart, its places are told, too."""
        try:
            yield
        except (ToolError, FindingsError) as error:
            from helmforge.flows.steps.places import ChartPlaces  # noqa: PLC0415 - failures only

            places = ChartPlaces(self.world, self.settings)
            raise places.placed(error, step.service, step.environments, self._pin(step.service)) from error

    def _pin(self, service: Service) -> Path:
        """Values as packaging pins them, with a digest that can be found again in what is rendered."""
        file = self.work / f"{service.name}-pin.yaml"
        file.write_text(json.dumps(policy.PROBE_VALUES), encoding="utf-8")
        return file

    def _demand_name(self, chart: Path, service: Service) -> None:
        """The chart is pushed under its own name, and looked for under the service's."""
        text = (chart / "Chart.yaml").read_text(encoding="utf-8", errors="replace")
        name = yamlio.parse(text, f"{service.chart}/Chart.yaml").data.get("name")
        if name != service.name:
            raise StepError(
                f"the chart of {service.name} is named {name!r}",
                where=f"{service.chart}/Chart.yaml name",
                hint=f"name it {service.name}, as its service",
            )

    def _lint(self, chart: Path, log: Log, values: Path | None) -> None:
        lines: list[str] = []
        try:
            self.world.helm.lint(chart, values, lines.append)
        finally:
            for line in lines:  # of one helm after those of another
                log(line)

    def render(self, step: RenderChart, log: Log) -> Facts | Nothing:
        chart = self._chart(step.service)
        if chart is None:
            return _no_chart(step.service)
        facts = {}
        with self._placing(step):
            rendered = _side_by_side(partial(self._render, chart, step.service), step.environments)
        for environment, text in zip(step.environments, rendered, strict=True):
            kinds = _KIND.findall(text)
            log(f"{environment.name}: {len(kinds)} objects ({', '.join(sorted(set(kinds)))})")
            facts[f"objects_{environment.name}"] = str(len(kinds))
        return facts

    def policy(self, step: CheckPolicy, log: Log) -> Facts | Nothing:
        chart = self._chart(step.service)
        if chart is None:
            return _no_chart(step.service)
        with self._placing(step):
            self._demand_none(chart, step)
        log("no findings")
        return {"findings": "0"}

    def _demand_none(self, chart: Path, step: CheckPolicy) -> None:
        findings = {
            finding
            for environment in step.environments
            for finding in policy.check(
                self._objects(chart, step.service, environment),
                pinned=policy.PROBE_SUFFIX if step.service.has_image else "",
            )
        }
        if findings:
            raise FindingsError(
                f"the chart of {step.service.name} breaks {len(findings)} rules of the policy",
                where=step.service.chart,
                why="\n".join(sorted(map(str, findings))),
                hint="change the values or the templates as each line says",
            )

    @property
    def _root(self) -> Path:
        return self.world.git.root

    def _chart(self, service: Service) -> Path | None:
        if not self.world.files.exists(f"{service.chart}/Chart.yaml"):
            return None
        return self._root / service.chart

    def _values(self, chart: Path, environments: tuple[Environment, ...]) -> tuple[Path, ...]:
        files = (chart / f"values-{environment.name}.yaml" for environment in environments)
        return tuple(file for file in files if file.is_file())

    def _objects(self, chart: Path, service: Service, environment: Environment) -> list[dict[str, object]]:
        text = self._render(chart, service, environment)
        stream = yamlio.load_stream(text, f"{service.chart} rendered for {environment.name}")
        return [manifest for manifest in stream if isinstance(manifest, dict)]

    def _render(self, chart: Path, service: Service, environment: Environment) -> str:
        """Rendered once per run: the policy looks at what the render step rendered."""
        key = f"{service.name}/{environment.name}"
        if key not in self.rendered:
            pin = (self._pin(service),) if service.has_image else ()
            values = (*self._values(chart, (environment,)), *pin)
            namespace = environment.release_namespace_of(service)
            self.rendered[key] = self.world.helm.template(chart, values, service.name, namespace)
        return self.rendered[key]


def _side_by_side(run: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
    """Each item mostly waits for a program of its own. Raises what the first of those that fail raises."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        return list(threads.map(run, items))


def _no_chart(service: Service) -> Nothing:
    return Nothing(f"no chart at {service.chart} yet (helmforge scaffold {service.name})")
