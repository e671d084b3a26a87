"""What an environment asks of an image before it may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.errors import RefusedError
from helmforge.flows.provenance import shortfalls

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Settings
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.world import World


def demand_provenance(
    world: World, settings: Settings, environment: Environment, published: PublishedVersion
) -> None:
    """RefusedError with everything that the image lacks."""
    artifact = published.artifact
    image = artifact.images.at(published.image)
    if found := shortfalls(world, settings, environment, artifact, image):
        branch = settings.branches.release.format(service=artifact.service, version=artifact.version)
        raise RefusedError(
            f"{artifact.service} {artifact.version} lacks the provenance that {environment.name} asks for",
            where=f"helmforge.yaml environments.{environment.name}.provenance",
            why="\n".join(found),
            hint=f"helmforge pipeline run --ref {branch} attaches what can be attached where it runs",
        )
