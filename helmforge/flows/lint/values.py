"""What the schema refuses, at the line of the values file that says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helmforge.domain.findings import Finding, Place
from helmforge.flows.charts import layered
from helmforge.flows.lint.files import SCHEMA
from helmforge.schemas.charts import violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from helmforge.domain.findings_helm import ChartProblem
    from helmforge.domain.settings import Environment
    from helmforge.flows.charts import WorkingChart
    from helmforge.schemas.charts import KeyPath, Violation
    from helmforge.yamlio import Document

_PINNED = frozenset({"image", "image.repository", "image.tag", "image.digest"})


@dataclass(frozen=True)
class Values:
    """The values of one environment. All files must be plain YAML."""

    chart: WorkingChart
    environment: Environment

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """values.yaml and the environment's own, as far as they exist."""
        names = ("values.yaml", self.chart.values_name(self.environment))
        return tuple(self.chart.document(name) for name in names if name and self.chart.has(name))

    def place_of(self, path: KeyPath) -> Place | None:
        """Where the value that counts stands: the environment's own file wins."""
        for document in reversed(self.documents):
            found = document.place_of(path)
            if found is not None:
                return Place(document.name, *found)
        return None

    def place_of_key(self, key: str) -> Place | None:
        """`key` as Helm's messages and templates write it: `route.hosts.0` or `route.hosts[0]`."""
        words = key.replace("[", ".").replace("]", "").split(".")
        return (
            self.place_of(tuple(int(word) if word.isdecimal() else word for word in words)) if key else None
        )

    def nearest_place(self, path: KeyPath) -> Place:
        """Of `path`, or of what is around it."""
        for length in range(len(path), 0, -1):
            found = self.place_of(path[:length])
            if found is not None:
                return found
        return Place(self.documents[-1].name if self.documents else self.chart.path("values.yaml"), 1, 1)

    def schema_findings(self, problems: Sequence[ChartProblem]) -> Iterator[Finding]:
        """Helm's `problems` with the schema of the chart itself: it is the judge, what YAML means to it
        differs a little. Each violation that it confirms is told in our words, the others in its own.
        """
        keys = {problem.key for problem in problems}
        ours = [one for one in self._violations if _confirmed(_dotted(one.path), keys)]
        yield from (self._finding(one) for one in ours)
        told = {_dotted(one.path) for one in ours}
        for problem in problems:
            if not _confirmed(problem.key, told):
                yield self._in_helms_words(problem)

    @cached_property
    def _violations(self) -> tuple[Violation, ...]:
        try:
            schema: Any = json.loads(self.chart.text(SCHEMA))
        except (ValueError, RecursionError):
            return ()
        return violations(schema, layered(self.documents)) if isinstance(schema, dict) else ()

    def _finding(self, violation: Violation) -> Finding:
        key = _dotted(violation.path)
        meaning = f" ({violation.meaning.rstrip('.')})" if violation.meaning else ""
        return Finding(
            "values/unknown-key" if violation.unknown else "values/schema",
            self.nearest_place(violation.path),
            f"{key}: {violation.text}" if key else violation.text,
            "correct the key, or delete it" if violation.unknown else f"correct the value{meaning}",
            key=key,
            service=self.chart.service.name,
            environments=(self.environment.name,),
        )

    def _in_helms_words(self, problem: ChartProblem) -> Finding:
        place, rule, remedy = self.place_of_key(problem.key), "values/schema", "correct the value"
        if place is None and (not problem.key or problem.key in _PINNED):
            place, rule = Place(self.chart.path(SCHEMA), 1, 1), "values/schema-file"
            remedy = "make it a valid schema that allows image.repository, image.tag and image.digest as text"
        return Finding(
            rule,
            place or self.nearest_place(tuple(problem.key.split("."))),
            f"{problem.key}: {problem.text}" if problem.key else problem.text,
            remedy,
            key=problem.key,
            service=self.chart.service.name,
            environments=(self.environment.name,),
        )


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))


def _confirmed(key: str, by: set[str]) -> bool:
    """Whether one of `by` is the same key, or one below it: a branch of oneOf may be told at either."""
    return key in by or any(
        other.startswith(f"{key}.") or key.startswith(f"{other}.") for other in by if other
    )
