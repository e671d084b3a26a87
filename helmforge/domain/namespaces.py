"""Services of the type `namespace`: pipelines check them, an administrator applies them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Service, Settings


def demand_released(settings: Settings, service: Service) -> None:
    """RefusedError, with the administrator's commands, for a service that has no versions."""
    if service.has_image:
        return
    commands = "\n".join(apply_command(environment, service) for environment in settings.environments)
    raise RefusedError(
        f"{service.name} makes namespaces, and is not released",
        why="it says what deployers may do, so no deployer may apply it; there is no image, and no version",
        hint=f"let an administrator run, from the commit that was reviewed:\n{commands}",
    )


def apply_command(environment: Environment, service: Service) -> str:
    """What an administrator types at the repository's root to make or change the namespace."""
    namespace = environment.namespace_of(service)
    where = ["--namespace", environment.release_namespace_of(service), "--create-namespace"]
    context = ["--kube-context", environment.cluster.context] if environment.cluster.context else []
    values = ["--values", f"{service.chart}/values-{environment.name}.yaml"]
    return shlex.join(["helm", "upgrade", "--install", namespace, service.chart, *where, *context, *values])
