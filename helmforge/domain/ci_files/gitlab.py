"""What GitLab CI calls things that helmforge.yaml says in words of its own.

Source: GitLab "CI/CD YAML syntax", `rules:if`: `=~` takes an RE2 expression between slashes, which finds
its match anywhere. RE2 can say all that globs can, so nothing is widened here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.domain.ci_files.answers import PipelineAnswers

_WILDCARDS = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*\*|\*|\?")
_MEANINGS = {
    "/**/": r"\/(.*\/)?",
    "**/": r"(.*\/)?",
    "/**": r"\/.+",
    "**": ".*",
    "*": r"[^\/]*",
    "?": r"[^\/]",
}
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$/]")
_ANY_VERSION = r"/[0-9]+\.[0-9]+\.[0-9]+/"


def gitlab_words(answers: PipelineAnswers) -> Mapping[str, object]:
    """`is_trunk`, `is_release`, `is_ignored` and `is_feature` make conditions of the name of a variable; that
    of `is_ignored` is empty when nothing is ignored.
    """
    return {
        "is_trunk": lambda variable: f'${variable} == "{answers.trunk}"',
        "is_release": lambda variable: _is_release(variable, answers.release),
        "is_ignored": lambda variable: _is_any(variable, answers.ignore),
        "is_feature": lambda variable: _is_any(variable, answers.feature),
    }


def expression(glob: str) -> str:
    """The RE2 expression, with its slashes, for exactly the names that `glob` matches."""
    pattern, end = "", 0
    for part in _WILDCARDS.finditer(glob):
        pattern += _literal(glob[end : part.start()]) + _MEANINGS[part[0]]
        end = part.end()
    return f"/^{pattern}{_literal(glob[end:])}$/"


def _is_any(variable: str, globs: Iterable[str]) -> str:
    return " || ".join(f"${variable} =~ {expression(glob)}" for glob in globs)


def _is_release(variable: str, glob: str) -> str:
    """Also a misspelt one, so that somebody is told of it. Where any name could be meant, those without a
    version are not.
    """
    prefix = glob.partition("*")[0]
    if prefix:
        return f"${variable} =~ /^{_literal(prefix)}/"
    return f"${variable} =~ {expression(glob)} && ${variable} =~ {_ANY_VERSION}"


def _literal(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)
