"""What a run was about and how it ended: what its reports (JUnit, Markdown, dotenv) are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.domain.artifact import Artifact
from helmforge.domain.plan import Plan
from helmforge.flows.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.affected import Reason
    from helmforge.domain.orphans import Orphan
    from helmforge.errors import HelmforgeError

FACTS = ("result", "service", "version", "image", "digest", "chart", "chart_digest")
"""The results of a run for one service, by the names that every CI system gets them under."""


@dataclass(frozen=True)
class Subject:
    """`command` is ours, such as `pipeline run`. All else may be hostile: `title` says what it is for
    (`push of feature/x`), `idle` why there is nothing to do, if there is not.
    """

    command: str
    title: str = ""
    commit: str = ""
    flow: str = ""
    service: str = ""
    version: str = ""
    idle: str = ""
    reasons: tuple[Reason, ...] = ()
    orphans: tuple[Orphan, ...] = ()


@dataclass(frozen=True)
class Report:
    """`failure` ended the command before the first step; `planned`: nothing was to be done yet."""

    subject: Subject
    summary: Summary = field(default_factory=lambda: Summary(Plan(), {}))
    failure: HelmforgeError | None = None
    planned: bool = False

    @property
    def verdict(self) -> str:
        if self.planned:
            return "nothing to do" if self.subject.idle else "planned"
        if self.summary.interrupted:
            return "interrupted"
        if self.failure or self.summary.errors:
            return "failed"
        return "done" if self.summary.plan.steps else "nothing to do"

    @property
    def errors(self) -> tuple[HelmforgeError, ...]:
        return (self.failure,) if self.failure else self.summary.errors

    @property
    def facts(self) -> dict[str, str]:
        """`result` always; the others of FACTS as far as they are known, and of a run for one service."""
        result = {"result": self.verdict.replace(" ", "-")}
        names = list(self.summary.plan.by_service)
        if len(names) != 1:
            return result
        version = self.subject.version or _version(self.summary.plan)
        known = {"service": str(names[0]), "version": version} | self.artifacts[names[0]]
        return result | {name: known[name] for name in FACTS if known.get(name)}

    @property
    def artifacts(self) -> dict[str, dict[str, str]]:
        """By service what exists now: `image`, `digest`, `chart`, `chart_digest`."""
        found: dict[str, dict[str, str]] = {}
        for service, steps in self.summary.plan.by_service.items():
            known = found.setdefault(service, {})
            for planned in steps:
                outcome = self.summary.outcomes[planned.id]
                if outcome.good:
                    known |= _named(outcome.facts)
        return found


def _version(plan: Plan) -> str:
    """What its images are tagged with; a plan that only checks has none."""
    artifacts = (getattr(planned.step, "artifact", None) for planned in plan)
    return next((one.version for one in artifacts if isinstance(one, Artifact)), "")


def _named(facts: Mapping[str, str]) -> dict[str, str]:
    """A step that says `digest` means that of its chart when it names one, else that of its image."""
    named = {name: facts[name] for name in ("chart", "chart_digest") if name in facts}
    image, _, digest = facts.get("image", "").partition("@")
    if "digest" in facts:
        digest = "" if "chart" in facts else facts["digest"]
        named |= {"chart_digest": facts["digest"]} if "chart" in facts else {}
    return named | ({"image": image} if image else {}) | ({"digest": digest} if digest else {})
