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
        raise RefusedError(
            f"{artifact.service} {artifact.version} lacks the provenance that {environment.name} asks for",
            where=f"helmforge.yaml environments.{environment.name}.provenance",
            why="\n".join(found),
            hint=_hint(settings, environment, published),
        )


def _hint(settings: Settings, environment: Environment, published: PublishedVersion) -> str:
    made, asked, artifact = settings.provenance, environment.provenance, published.artifact
    branch = settings.branches.release.format(service=artifact.service, version=artifact.version)
    again = f"helmforge pipeline run --ref {branch}"
    never = {
        "sign": asked.signed and not made.sign,
        "sbom": asked.sbom and not made.sbom,
        "slsa": asked.slsa and not made.slsa,
    }
    off = [f"provenance.{key}" for key, wanted in never.items() if wanted]
    if not off:
        return f"{again} attaches what can be attached where it runs"
    return (
        f"pipelines attach it only with {', '.join(off)}: set it in helmforge.yaml of the trunk, then {again}"
    )
