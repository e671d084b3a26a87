"""Which environments are entered by approval and promotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.settings import DeployWhen
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Settings

_WAYS = {
    DeployWhen.ON_RELEASE: "the pipeline of a release branch (helmforge release cut SERVICE)",
    DeployWhen.ON_TRUNK: "the pipeline of each push to the trunk",
}


def demand_gate(settings: Settings, environment: Environment) -> None:
    """UsageError, with the environments that are meant, when none approves for or promotes to this one."""
    if environment.deploy is not DeployWhen.ON_APPROVAL:
        gated = [one.name for one in settings.environments if one.deploy is DeployWhen.ON_APPROVAL]
        raise UsageError(
            f"{environment.name} needs no approval and no promotion",
            where=f"helmforge.yaml environments.{environment.name}.deploy",
            why=f"deploy: {environment.deploy.value}: versions come by {_WAYS[environment.deploy]}",
            hint=f"versions are approved for and promoted to: {', '.join(gated)}"
            if gated
            else "no environment has deploy: on-approval",
        )
