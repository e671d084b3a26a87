"""What a template of a CI file may ask for."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.settings import DeployWhen
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.approval_policy import ApprovalPolicy
    from helmforge.domain.ci_files.systems import CiSystem
    from helmforge.domain.provenance.policy import Signing
    from helmforge.domain.settings import Ci, Environment, Settings

_PLACE = re.compile(r"\{(?:service|version)\}")
_PATH = re.compile(r"(?!-)[\w ./+=@-]*")


@dataclass(frozen=True)
class PipelineAnswers:
    """`feature`, `ignore` and `release` are globs of branches as in helmforge.yaml (`**` crosses slashes),
    `ignored_files` globs of files. `promotions` are the environments behind an approval, in order,
    `gated` those of them that somebody lets a version into: the promotion to any other starts by itself.
    `on_trunk` and `on_release` those that a push brings versions to (`deployments`: both).
    `version` is that of helmforge; `path` is that of the file, from the root of the repository, and `command`
    generates it again. With `sign`, what publishes images signs them as well.
    """

    version: str
    path: str
    command: str
    trunk: str
    feature: tuple[str, ...]
    ignore: tuple[str, ...]
    release: str
    ignored_files: tuple[str, ...]
    promotions: tuple[str, ...]
    gated: tuple[str, ...]
    deployments: tuple[str, ...]
    on_trunk: tuple[str, ...]
    on_release: tuple[str, ...]
    ci: Ci
    sign: Signing | None


def answers(settings: Settings, system: CiSystem, version: str, path: str) -> PipelineAnswers:
    """`path` is empty for where `system` looks for its file. It stands in the file, in commands and in the
    system's own language: UsageError for one that could mean something there.
    """
    if not _PATH.fullmatch(path):
        raise UsageError(
            f"{path!r} is no path for a CI file",
            why="letters, digits, spaces and ./_+=@- only, no - to begin with",
        )
    environments = settings.environments
    command = f"helmforge pipeline generate {system.value}"
    return PipelineAnswers(
        version=version,
        path=path or system.path,
        command=f"{command} --path {shlex.quote(path)}" if path and path != system.path else command,
        trunk=settings.trunk,
        feature=settings.branches.feature,
        ignore=settings.branches.ignore,
        release=_PLACE.sub("*", settings.branches.release),
        ignored_files=settings.ignore,
        promotions=_deployed(environments, DeployWhen.ON_APPROVAL),
        gated=_deployed((each for each in environments if _gated(each.approvals)), DeployWhen.ON_APPROVAL),
        on_trunk=_deployed(environments, DeployWhen.ON_TRUNK),
        on_release=_deployed(environments, DeployWhen.ON_RELEASE),
        deployments=tuple(each.name for each in environments if each.deploy is not DeployWhen.ON_APPROVAL),
        ci=settings.ci,
        sign=settings.provenance.sign,
    )


def _gated(policy: ApprovalPolicy) -> bool:
    return policy.by_ci or policy.required > 0


def _deployed(environments: Iterable[Environment], when: DeployWhen) -> tuple[str, ...]:
    return tuple(each.name for each in environments if each.deploy is when)
