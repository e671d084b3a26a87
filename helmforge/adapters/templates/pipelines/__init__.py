"""The files for CI systems: one template each, beside this module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.templates.syntax import jinja_environment
from helmforge.domain.ci_files import CiSystem
from helmforge.domain.ci_files.github import github_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.ci_files import PipelineAnswers

_FOLDER = Path(__file__).parent
_FILES = {
    CiSystem.GITHUB: "github.yml",
    CiSystem.JENKINS: "Jenkinsfile",
    CiSystem.GITLAB: "gitlab-ci.yml",
    CiSystem.AZURE: "azure-pipelines.yml",
}
_WORDS: Mapping[CiSystem, Callable[[PipelineAnswers], Mapping[str, object]]] = {
    CiSystem.GITHUB: github_words,
}


class BuiltInPipelines:
    """Implements `helmforge.flows.ports.PipelineTemplates`."""

    def pipeline(self, system: CiSystem, answers: PipelineAnswers) -> str:
        jinja = jinja_environment()
        jinja.filters["quoted"] = _quoted
        jinja.filters["groovy"] = _groovy
        text = (_FOLDER / f"{_FILES[system]}.j2").read_text(encoding="utf-8")
        words = _WORDS[system](answers) if system in _WORDS else {}
        return jinja.from_string(text).render({**vars(answers), **words})


def _quoted(value: str | tuple[str, ...]) -> str:
    """A YAML scalar or list: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _groovy(text: str) -> str:
    """A Groovy string in single quotes, in which `$` means nothing."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + "'"
