"""The files for CI systems: one template each, beside this module."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.templates.syntax import jinja_environment
from helmforge.domain.ci_files import CiSystem
from helmforge.domain.ci_files.azure import azure_words
from helmforge.domain.ci_files.github import github_words
from helmforge.domain.ci_files.gitlab import gitlab_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.ci_files import ChildAnswers, PipelineAnswers

_FOLDER = Path(__file__).parent
_FILES = {
    CiSystem.GITHUB: "github.yml",
    CiSystem.JENKINS: "Jenkinsfile",
    CiSystem.GITLAB: "gitlab-ci.yml",
    CiSystem.AZURE: "azure-pipelines.yml",
}
_WORDS: Mapping[CiSystem, Callable[[PipelineAnswers], Mapping[str, object]]] = {
    CiSystem.GITHUB: github_words,
    CiSystem.GITLAB: gitlab_words,
    CiSystem.AZURE: azure_words,
}


class BuiltInPipelines:
    """Implements `helmforge.flows.ports.PipelineTemplates`."""

    def pipeline(self, system: CiSystem, answers: PipelineAnswers) -> str:
        words = _WORDS[system](answers) if system in _WORDS else {}
        return _render(_FILES[system], {**vars(answers), **words})

    def child(self, answers: ChildAnswers) -> str:
        return _render("gitlab-child.yml", vars(answers))


def _render(name: str, facts: Mapping[str, object]) -> str:
    from jinja2 import FileSystemLoader  # noqa: PLC0415 - 45 ms that most commands need not pay

    jinja = jinja_environment()
    jinja.loader = FileSystemLoader(_FOLDER)
    jinja.filters["quoted"] = _quoted
    jinja.filters["single_quoted"] = _single_quoted
    jinja.filters["groovy"] = _groovy
    jinja.filters["shell"] = shlex.quote
    return jinja.get_template(f"{name}.j2").render(facts)


def _quoted(value: str | tuple[str, ...]) -> str:
    """A YAML scalar or list: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _single_quoted(text: str) -> str:
    """A YAML scalar for text of one line, in which backslashes mean nothing."""
    return "'" + text.replace("'", "''") + "'"


def _groovy(text: str) -> str:
    """A Groovy string in single quotes, in which `$` means nothing."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + "'"
