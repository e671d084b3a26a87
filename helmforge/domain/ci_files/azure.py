"""What Azure Pipelines calls things that helmforge.yaml says in words of its own.

Source: "CI triggers" and "Wildcards" of the Azure Pipelines documentation. In filters of branches `*` stands
for any characters, slashes too, and there is nothing that stops at them. helmforge itself decides in the end,
so what is included may be more than is meant, and what is excluded never is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.ci_files.answers import PipelineAnswers
    from helmforge.domain.provenance.policy import Signing

_STARS = re.compile(r"/\*\*/|^\*\*/|\*+")
_EVERYTHING_BELOW = re.compile(r"[^*?]+/\*\*|[^*?]+")
_HOSTED = re.compile(r"(?:ubuntu|windows|macos)-.*", re.IGNORECASE)
_USUAL = "ubuntu-latest"


def azure_words(answers: PipelineAnswers) -> Mapping[str, object]:
    """`include` and `exclude` are filters of branches. `may_deploy` is an expression that is true for runs
    that may need the rights of the trunk and of releases. `secrets` are variables that sign images, for
    these runs only. `stage` makes a stage's name of an environment's.
    """
    release = _release_prefix(answers)
    runner = answers.ci.runner or (_USUAL,)
    return {
        "include": tuple(dict.fromkeys((answers.trunk, _wide(f"{release}**"), *map(_wide, answers.feature)))),
        "exclude": tuple(glob.replace("**", "*") for glob in answers.ignore if _may_exclude(glob, answers)),
        "may_deploy": _may_deploy(answers.trunk, release),
        "vm_image": runner[0] if _HOSTED.fullmatch(runner[0]) else "",
        "runner": runner,
        "secrets": _secrets(answers.sign),
        "stage": lambda environment: environment.replace("-", "_"),
    }


def _secrets(sign: Signing | None) -> tuple[str, ...]:
    """Azure has no identity for cosign; a step of the users' may get one from elsewhere."""
    if sign is None:
        return ()
    if sign.keyless:
        return ("SIGSTORE_ID_TOKEN",)
    return (sign.variable, "COSIGN_PASSWORD") if sign.variable else ()


def _wide(glob: str) -> str:
    """A filter for at least the names that `glob` matches. `a/**/b` is also `a/b`."""
    return re.sub(r"\*+", "*", _STARS.sub(_wider, glob))


def _wider(wildcard: re.Match[str]) -> str:
    return "/*" if wildcard[0].startswith("/") else "*"


def _may_exclude(glob: str, answers: PipelineAnswers) -> bool:
    """Whether the filter means what `glob` means, and neither the trunk nor a release can be meant."""
    if not _EVERYTHING_BELOW.fullmatch(glob):
        return False
    below = glob.removesuffix("**")
    kept = (answers.trunk, _release_prefix(answers))
    return not any(name.startswith(below) or below.startswith(name) for name in kept)


def _release_prefix(answers: PipelineAnswers) -> str:
    """A name that begins so wants to be a release, and somebody is told when it is none."""
    return answers.release.partition("*")[0]


def _may_deploy(trunk: str, release: str) -> str:
    branch = "variables['Build.SourceBranch']"
    if not release:
        return f"startsWith({branch}, 'refs/heads/')"
    return f"or(eq({branch}, 'refs/heads/{trunk}'), startsWith({branch}, 'refs/heads/{release}'))"
