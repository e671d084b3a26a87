"""What GitHub Actions calls things that helmforge.yaml says in words of its own.

Source: "Workflow syntax for GitHub Actions", filter patterns. There `*` and `**` mean what they mean here
between slashes, but `**` between slashes needs a folder, `?` and `+` repeat what stands before them, and a
backslash takes away a meaning. helmforge itself decides in the end, so a filter may let too much through,
never too little.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.ci_files.answers import PipelineAnswers

_WILDCARDS = re.compile(r"/?\*\*+/?|\*|\?")
_SPECIAL = re.compile(r"[\[\]\\+]")
_WHOLE_FOLDERS = re.compile(r"(?:^|/)\*\*(?=/|$)")


def github_words(answers: PipelineAnswers) -> dict[str, object]:
    """What the template asks for beyond the answers. `runner` is a label, or several."""
    labels = answers.ci.runner or ("ubuntu-latest",)
    return {
        "push_filters": push_filters(answers),
        "trunk_filter": _literal(answers.trunk),
        "may_deploy": may_deploy(answers),
        "runner": labels[0] if len(labels) == 1 else labels,
    }


def push_filters(answers: PipelineAnswers) -> tuple[str, ...]:
    """For `on.push.branches`: the last pattern that matches a branch decides, as `recognise` looks for the
    trunk and for releases before it ignores a branch.
    """
    feature = (_wide(glob) for glob in answers.feature)
    ignored = (f"!{_literal(glob)}" for glob in answers.ignore if _matches_no_more(glob))
    return (*feature, *ignored, _literal(answers.trunk), _release(answers.release))


def may_deploy(answers: PipelineAnswers) -> str:
    """An expression of GitHub that is true for each run that may deploy. Its comparisons do not tell
    `Main` from `main`, which errs on the safe side.
    """
    prefix = _before_wildcards(answers.release)
    if not prefix:
        return "github.event_name != 'pull_request'"
    return f"github.ref == 'refs/heads/{answers.trunk}' || startsWith(github.ref, 'refs/heads/{prefix}')"


def _release(glob: str) -> str:
    """Also a misspelt one, so that somebody is told of it."""
    prefix = _before_wildcards(glob)
    return f"{_literal(prefix)}**" if prefix else _wide(glob)


def _before_wildcards(glob: str) -> str:
    return glob.partition("*")[0]


def _matches_no_more(glob: str) -> bool:
    """Whether GitHub, reading `glob` as it stands, matches no name that helmforge would not."""
    rest = _WHOLE_FOLDERS.sub("", glob)
    return "**" not in rest and "?" not in rest and "**/**" not in glob


def _wide(glob: str) -> str:
    """A pattern for at least the names that `glob` matches."""
    wide, end = "", 0
    for part in _WILDCARDS.finditer(glob):
        wide += _literal(glob[end : part.start()]) + _wider(part[0])
        end = part.end()
    return re.sub(r"\*\*\*+", "**", wide + _literal(glob[end:]))


def _wider(wildcard: str) -> str:
    if "**" not in wildcard:
        return "*"
    return "/**" if wildcard.startswith("/") else "**"


def _literal(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)
