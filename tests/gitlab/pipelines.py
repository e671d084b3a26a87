"""A .gitlab-ci.yml as GitLab reads it: which pipeline an event makes, of which jobs.

Source: GitLab "CI/CD YAML syntax". Only what the generated files use is known; anything else fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.gitlab.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Mapping

Configuration = dict[str, Any]

_KEYWORDS = {"stages", "workflow"}
# GitLab documents them as unavailable names for jobs.
_NO_JOBS = {"image", "services", "types", "before_script", "after_script", "variables", "cache", "include"}
_NO_JOBS |= {"true", "false", "nil", "pages:deploy", "pages"}
_DEFAULT_STAGES = ["build", "test", "deploy"]


@dataclass(frozen=True)
class Job:
    """`variables` are those that its rules and its own key set."""

    name: str
    content: Configuration
    when: str = "on_success"
    interruptible: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs(self) -> list[str]:
        return list(self.content.get("needs", []))


@dataclass(frozen=True)
class Pipeline:
    """`cancelled` is what happens to it on a new commit: auto_cancel:on_new_commit."""

    jobs: Mapping[str, Job]
    cancelled: str


def parse(text: str) -> Configuration:
    content: Configuration = YAML(typ="safe", pure=True).load(text)
    return content


def pipeline_of(configuration: Configuration, variables: Mapping[str, str]) -> Pipeline | None:
    """None when `workflow` makes none, or it would have no job."""
    workflow = configuration.get("workflow", {})
    cancelled = workflow.get("auto_cancel", {}).get("on_new_commit", "conservative")
    if "rules" in workflow:
        rule = _first(workflow["rules"], variables)
        if rule is None or rule.get("when") == "never":
            return None
        cancelled = rule.get("auto_cancel", {}).get("on_new_commit", cancelled)
    stages = configuration.get("stages", _DEFAULT_STAGES)
    names = [name for name in configuration if name not in _KEYWORDS and not name.startswith(".")]
    found = (_job(configuration, name, variables) for name in names)
    jobs = {job.name: job for job in found if job is not None}
    for job in jobs.values():
        assert job.name not in _NO_JOBS, f"GitLab does not take {job.name!r} for a job"
        assert job.content.get("stage", "test") in stages, f"{job.name} is in no stage"
        assert set(job.needs) <= set(jobs), f"{job.name} needs jobs that are not there"
    return Pipeline(jobs, cancelled) if jobs else None


def _job(configuration: Configuration, name: str, variables: Mapping[str, str]) -> Job | None:
    content = _extended(configuration, name)
    assert ("script" in content) != ("trigger" in content), f"{name} has to do one thing"
    own = {key: str(value) for key, value in (content.get("variables") or {}).items()}
    interruptible = bool(content.get("interruptible", False))
    if "rules" not in content:
        return Job(name, content, interruptible=interruptible, variables=own)
    rule = _first(content["rules"], {**variables, **own})
    if rule is None or rule.get("when") == "never":
        return None
    return Job(
        name,
        content,
        rule.get("when", "on_success"),
        bool(rule.get("interruptible", interruptible)),
        own | rule.get("variables", {}),
    )


def _first(rules: list[Configuration], variables: Mapping[str, str]) -> Configuration | None:
    for rule in rules:
        if "if" not in rule or Expression(rule["if"], variables).is_true():
            return rule
    return None


def _extended(configuration: Configuration, name: str) -> Configuration:
    own = configuration[name] or {}
    bases = own.get("extends", [])
    merged: Configuration = {}
    for base in [bases] if isinstance(bases, str) else bases:
        merged = _merged(merged, _extended(configuration, base))
    return _merged(merged, {key: value for key, value in own.items() if key != "extends"})


def _merged(base: Configuration, over: Configuration) -> Configuration:
    """Mappings are merged, everything else is replaced."""
    both = dict(base)
    for key, value in over.items():
        deep = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = _merged(both[key], value) if deep else value
    return both
