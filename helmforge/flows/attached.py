"""What is attached to an image, as bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from helmforge.domain.oci import AlteredError, Digest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.oci import Descriptor, ImageRef
    from helmforge.flows.world import World


class UnreadableError(ValueError):
    """A referrer is not a manifest with one layer of a sensible size; the text says why."""


def attached(
    world: World, image: ImageRef, artifact_type: str, longest: int
) -> Iterator[tuple[Descriptor, bytes | str]]:
    """Each referrer of the type with the contents of its one layer, or what is wrong with it. `longest` is in
    bytes.
    """
    for referrer in world.registry.referrers(image, artifact_type):
        try:
            yield referrer, layer(world, image.repository.at(referrer.digest), longest)
        except (UnreadableError, AlteredError) as error:
            yield referrer, str(error)


def layer(world: World, referrer: ImageRef, longest: int) -> bytes:
    """The contents of a referrer. Raises UnreadableError, or AlteredError when the registry sends others."""
    manifest = world.registry.manifest(referrer)
    if manifest is None:
        raise UnreadableError("it is not in the registry")
    try:
        (only,) = json.loads(manifest.content)["layers"]
        digest, size = Digest.parse(only["digest"]), int(only["size"])
    except (ValueError, KeyError, TypeError, RecursionError, UsageError):
        raise UnreadableError("it is not a manifest with one layer") from None
    if size > longest:
        raise UnreadableError(f"it is longer than {longest} bytes")
    return world.registry.blob(referrer.repository, digest)
