"""Which builder this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.builders.buildah import Buildah
from helmforge.adapters.builders.docker import Docker
from helmforge.adapters.builders.podman import Podman
from helmforge.domain.names import nearest
from helmforge.errors import MissingToolError, UsageError

if TYPE_CHECKING:
    from helmforge.adapters.process import Runner
    from helmforge.flows.ports import Builder

# In order of preference
BUILDERS: dict[str, type[Docker | Buildah | Podman]] = {
    "docker": Docker,
    "buildah": Buildah,
    "podman": Podman,
}


def choose_builder(runner: Runner, name: str = "") -> Builder:
    """The builder `name`, or the first one that works here when `name` is empty.

    Raises UsageError for an unknown name and MissingToolError, with the reason, when it does not work.
    """
    if name and name not in BUILDERS:
        guess = nearest(name, BUILDERS)
        raise UsageError(
            f"there is no image builder {name!r}",
            where="helmforge.yaml builder",
            hint=f"did you mean {guess!r}?" if guess else f"choose one of: {', '.join(BUILDERS)}",
        )
    builders = [BUILDERS[name](runner)] if name else [kind(runner) for kind in BUILDERS.values()]
    obstacles = []
    for builder in builders:
        obstacle = builder.obstacle()
        if obstacle is None:
            return builder
        obstacles.append(f"{builder.name}: {obstacle}")
    raise MissingToolError(
        f"the image builder {name} does not work" if name else "there is no image builder",
        why="\n".join(obstacles),
        hint="install buildah (`apt-get install buildah`), podman, or Docker and start its daemon",
    )
