"""The files for CI systems: one template each, beside this module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.templates.syntax import jinja_environment
from helmforge.domain.ci_files import CiSystem
from helmforge.domain.ci_files import github as github_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.ci_files import PipelineAnswers

_FOLDER = Path(__file__).parent
_FILES = {
    CiSystem.GITHUB: "github.yml",
    CiSystem.JENKINS: "Jenkinsfile",
    CiSystem.GITLAB: "gitlab-ci.yml",
    CiSystem.AZURE: "azure-pipelines.yml",
}
# What a template may ask for beyond the answers: functions of them.
_WORDS: dict[CiSystem, dict[str, Callable[[PipelineAnswers], object]]] = {
    CiSystem.GITHUB: {
        "push_filters": github_words.push_filters,
        "trunk_filter": github_words.trunk_filter,
        "may_deploy": github_words.may_deploy,
        "runner": github_words.runner,
    },
}


class BuiltInPipelines:
    """Implements `helmforge.flows.ports.PipelineTemplates`."""

    def pipeline(self, system: CiSystem, answers: PipelineAnswers) -> str:
        jinja = jinja_environment()
        jinja.filters["quoted"] = _quoted
        jinja.filters["groovy"] = _groovy
        text = (_FOLDER / f"{_FILES[system]}.j2").read_text(encoding="utf-8")
        words = {name: word(answers) for name, word in _WORDS.get(system, {}).items()}
        return jinja.from_string(text).render(vars(answers) | words)


def _quoted(value: str | tuple[str, ...]) -> str:
    """A YAML scalar or list: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _groovy(text: str) -> str:
    """A Groovy string in single quotes, in which `$` means nothing."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + "'"
