"""The Git event that a CI system reports in its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.ci import azure, github, gitlab, jenkins
from helmforge.adapters.ci.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.event import Event

_SYSTEMS: dict[str, Callable[[Variables], Event]] = {
    "GITHUB_ACTIONS": github.event,
    "GITLAB_CI": gitlab.event,
    "TF_BUILD": azure.event,
    "JENKINS_URL": jenkins.event,
}


class CiEvents:
    """Implements `helmforge.flows.ports.Events` for GitHub Actions, GitLab, Azure Pipelines and Jenkins."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._variables = Variables(environment)

    def detect(self) -> Event | None:
        """Raises UsageError for schedules and whatever else has no branch to work on."""
        for mark, read in _SYSTEMS.items():
            if self._variables.get(mark):
                return read(self._variables)
        return None
