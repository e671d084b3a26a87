"""The manifests of an image that a node may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.oci_manifest import InvalidManifestError, runnable_parts
from helmforge.errors import StepError

if TYPE_CHECKING:
    from helmforge.domain.oci import ImageRef
    from helmforge.flows.world import World

_MOST = 100


def parts(world: World, image: ImageRef) -> tuple[ImageRef, ...]:
    """Each one that its index names, also where two are for one platform, or one is for none; `image` itself
    where it is no index. What an index says of the type of a part is not believed: it may be an index, too.
    """
    known, waiting = {image}, [image]
    found: list[ImageRef] = []
    while waiting:
        one = waiting.pop(0)
        below = _below(world, one)
        if not below:
            found.append(one)
        waiting += [ref for ref in below if ref not in known]
        known.update(below)
        if len(known) > _MOST:
            raise StepError(f"{image} has more than {_MOST} manifests")
    return tuple(found)


def _below(world: World, image: ImageRef) -> list[ImageRef]:
    manifest = world.registry.manifest(image)
    if manifest is None:
        raise StepError(f"{image} is not in the registry")
    try:
        named = runnable_parts(manifest.content)
    except InvalidManifestError as error:
        raise StepError(f"the manifest of {image} is of no use", why=str(error)) from None
    return list(dict.fromkeys(image.repository.at(part.digest) for part in named))
