"""What a template of a CI file may ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.settings import DeployWhen

if TYPE_CHECKING:
    from helmforge.domain.ci_files.systems import CiSystem
    from helmforge.domain.settings import Ci, Settings

_PLACE = re.compile(r"\{(?:service|version)\}")


@dataclass(frozen=True)
class PipelineAnswers:
    """`feature`, `ignore` and `release` are globs of branches as in helmforge.yaml (`**` crosses slashes),
    `ignored_files` globs of files. `promotions` are the environments behind an approval, in order.
    `version` is that of helmforge; `command` generates the file again.
    """

    version: str
    command: str
    trunk: str
    feature: tuple[str, ...]
    ignore: tuple[str, ...]
    release: str
    ignored_files: tuple[str, ...]
    promotions: tuple[str, ...]
    deployments: tuple[str, ...]
    ci: Ci


def answers(settings: Settings, system: CiSystem, version: str) -> PipelineAnswers:
    environments = settings.environments
    return PipelineAnswers(
        version=version,
        command=f"helmforge pipeline generate {system.value}",
        trunk=settings.trunk,
        feature=settings.branches.feature,
        ignore=settings.branches.ignore,
        release=_PLACE.sub("*", settings.branches.release),
        ignored_files=settings.ignore,
        promotions=tuple(each.name for each in environments if each.deploy is DeployWhen.ON_APPROVAL),
        deployments=tuple(each.name for each in environments if each.deploy is not DeployWhen.ON_APPROVAL),
        ci=settings.ci,
    )
