"""What Helm and the policy say about a chart with the values of one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import yamlio
from helmforge.domain import policy
from helmforge.domain.findings import Finding, Place
from helmforge.domain.findings_helm import ProblemKind, causes, lint_problems, render_problems
from helmforge.domain.findings_rules import POLICY
from helmforge.domain.manifests import line_of, split
from helmforge.errors import ConfigError, ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from helmforge.domain.findings_helm import ChartProblem
    from helmforge.domain.manifests import Rendered
    from helmforge.flows.charts import WorkingChart
    from helmforge.flows.lint.values import Values
    from helmforge.flows.ports import Helm

_ABOUT = "Chart.yaml"
_RULES = {
    ProblemKind.TEMPLATE: ("template/render", "mend the template, or the value that it reads"),
    ProblemKind.NOT_YAML: (
        "template/yaml",
        "mend indentation or quotes; helm template --debug shows the text",
    ),
    ProblemKind.WARNING: ("helm/warning", "do as Helm says"),
    ProblemKind.ERROR: ("helm/error", "do as Helm says"),
    ProblemKind.SCHEMA: ("helm/error", "correct the values of this dependency"),
}


@dataclass(frozen=True)
class Inspection:
    """One chart in one environment. `pin` is a values file with the image that a release would pin."""

    helm: Helm
    chart: WorkingChart
    values: Values
    pin: Path

    def findings(self) -> Iterator[Finding]:
        rendered = self.render()
        problems = rendered if isinstance(rendered, tuple) else ()
        yield from self.explain((*self.lint(), *problems))
        if isinstance(rendered, str):
            yield from self._policy(rendered)

    def explain(self, problems: Sequence[ChartProblem]) -> Iterator[Finding]:
        """Problems as findings. Those with the chart's own schema are explained together."""
        found = causes(problems)
        own = [problem for problem in found if self._of_own_schema(problem)]
        if own:
            yield from self.values.schema_findings(own)
        yield from (self._finding(problem) for problem in found if problem not in own)

    def _of_own_schema(self, problem: ChartProblem) -> bool:
        return problem.kind is ProblemKind.SCHEMA and problem.chart in {"", self._name}

    @property
    def _name(self) -> str:
        return str(self.chart.document(_ABOUT).data.get("name", ""))

    def lint(self) -> tuple[ChartProblem, ...]:
        lines: list[str] = []
        files = self.chart.values(self.values.environment)
        try:
            self.helm.lint(self.chart.folder, files[0] if files else None, lines.append)
        except ToolError as error:
            return lint_problems(lines) or render_problems(error.why)
        return ()

    def render(self) -> str | tuple[ChartProblem, ...]:
        service, environment = self.chart.service, self.values.environment
        files = (*self.chart.values(environment), *((self.pin,) if service.has_image else ()))
        namespace = environment.release_namespace_of(service)
        try:
            return self.helm.template(self.chart.folder, files, service.name, namespace)
        except ToolError as error:
            return render_problems(error.why)

    def _finding(self, problem: ChartProblem) -> Finding:
        rule, remedy = _RULES[problem.kind]
        template = self._template_place(problem)
        value = self.values.place_of_key(problem.key) if problem.kind is ProblemKind.TEMPLATE else None
        if value is not None:
            remedy = f"change {problem.key}, which {value} sets, or mend the template"
        key = f"{problem.key}: " if problem.key and not problem.text.startswith(problem.key) else ""
        opening = "what it renders to is not YAML: " if problem.kind is ProblemKind.NOT_YAML else ""
        reason = f"{opening}{key}{problem.text}".replace(f"{self.chart.root}/", "")
        return self._made(rule, template, reason, remedy, key=problem.key, related=value)

    def _template_place(self, problem: ChartProblem) -> Place:
        """Of a packed dependency there is no file: it is Chart.yaml that asks for it."""
        if not self.chart.has(problem.path or _ABOUT):
            return Place(self.chart.path(_ABOUT), 1)
        path = self.chart.path(problem.path or _ABOUT)
        words = problem.text.split(maxsplit=1)
        key = self.chart.document(_ABOUT).place_of((words[0],)) if problem.path == _ABOUT and words else None
        return Place(path, *(key or (problem.line or 1, problem.column)))

    def _policy(self, stream: str) -> Iterator[Finding]:
        found = []
        for document in split(stream):
            try:
                manifests = yamlio.load_stream(document.text, document.source)
            except ConfigError as error:  # YAML to Helm, and not to us
                yield self._made(
                    "template/yaml", Place(self.chart.path(self._source(document)), 1), error.why, error.hint
                )
                continue
            found += manifests
            for finding in policy.check(manifests):
                yield self._of_policy(finding, document)
        for finding in policy.not_pinned(found, policy.PROBE_SUFFIX) if self.chart.service.has_image else ():
            place = Place(self.chart.path("values.yaml"), 1)
            yield self._made(POLICY + finding.rule, place, finding.problem, finding.remedy)

    def _of_policy(self, finding: policy.Finding, document: Rendered) -> Finding:
        reason = f"{finding.object}: {finding.problem}"
        return self._made(POLICY + finding.rule, self._place(finding, document), reason, finding.remedy)

    def _place(self, finding: policy.Finding, document: Rendered) -> Place:
        """The line that says it, or that of the object's kind: only a line that is the only one of its
        sort in the template proves anything.
        """
        source = self._source(document)
        text = self.chart.text(source)
        says = (finding.evidence, f"kind: {finding.object.partition('/')[0]}")
        lines = (line for words in says if words and (line := line_of(text, words)))
        return Place(self.chart.path(source), next(lines, 1))

    def _source(self, document: Rendered) -> str:
        """The template; Chart.yaml for what comes from a packed dependency."""
        return document.source if document.source and self.chart.has(document.source) else _ABOUT

    def _made(
        self,
        rule: str,
        place: Place,
        reason: str,
        remedy: str,
        *,
        key: str = "",
        related: Place | None = None,
    ) -> Finding:
        return Finding(
            rule,
            place,
            reason,
            remedy,
            key=key,
            service=self.chart.service.name,
            environments=(self.values.environment.name,),
            related=related,
        )
