"""Which builder this machine has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.builders.buildah import Buildah
from helmforge.adapters.builders.buildkit import BuildKit, BuildxInstance
from helmforge.adapters.builders.docker import Docker
from helmforge.adapters.builders.podman import Podman
from helmforge.domain.building import BUILDERS
from helmforge.domain.names import nearest
from helmforge.errors import MissingToolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helmforge.adapters.builders.buildkit import Upload
    from helmforge.adapters.process import Runner
    from helmforge.domain.building import BuilderChoice
    from helmforge.flows.ports import Builder

# In order of preference
_HERE: dict[str, type[Docker | Buildah | Podman]] = {"docker": Docker, "buildah": Buildah, "podman": Podman}
_INSTALL = "install buildah (`apt-get install buildah`), podman, or Docker and start its daemon"
_ELSEWHERE = "check the address, and that buildkitd runs there (`buildctl debug workers`)"
_INSTANCE = "`docker buildx ls` shows the instances of buildx, `docker buildx create` makes one"


@dataclass(frozen=True)
class Elsewhere:
    """What builders need whose daemon keeps no images: a folder for them, and a way into a registry."""

    folder: Callable[[], Path]
    upload: Upload


def choose_builder(runner: Runner, choice: BuilderChoice, elsewhere: Elsewhere) -> Builder:
    """The builder of that name, or the first one that works here when there is no name.

    Raises UsageError for an unknown name and MissingToolError, with the reason, when it does not work.
    """
    obstacles = []
    for builder in _candidates(runner, choice, elsewhere):
        obstacle = builder.obstacle()
        if obstacle is None:
            return builder
        obstacles.append(f"{builder.name}: {obstacle}")
    named = f"{choice.name} {choice.instance}".strip()
    raise MissingToolError(
        f"the image builder {named} does not work" if choice.name else "there is no image builder",
        why="\n".join(obstacles),
        hint=_INSTANCE if choice.instance else _ELSEWHERE if choice.name == "buildkit" else _INSTALL,
    )


def _candidates(
    runner: Runner, choice: BuilderChoice, elsewhere: Elsewhere
) -> list[Docker | Buildah | Podman | BuildKit | BuildxInstance]:
    if not choice.name:
        return [kind(runner) for kind in _HERE.values()]
    if choice.name not in BUILDERS:
        guess = nearest(choice.name, BUILDERS)
        raise UsageError(
            f"there is no image builder {choice.name!r}",
            where="helmforge.yaml builder",
            hint=f"did you mean {guess!r}?" if guess else f"choose one of: {', '.join(BUILDERS)}",
        )
    if choice.name == "buildkit":
        return [BuildKit(runner, choice, elsewhere.folder, elsewhere.upload)]
    if choice.instance:
        return [BuildxInstance(runner, choice.instance, elsewhere.folder, elsewhere.upload)]
    return [_HERE[choice.name](runner)]
