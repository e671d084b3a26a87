"""What is attached to an image, as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import AlteredError, Digest
from helmforge.domain.oci_manifest import InvalidManifestError, manifest_document, size_of
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.oci import Descriptor, ImageRef
    from helmforge.flows.world import World


class UnreadableError(ValueError):
    """A referrer is of another type or image, or has not one layer of a sensible size; the text says why."""


def attached(
    world: World, image: ImageRef, artifact_type: str, longest: int
) -> Iterator[tuple[Descriptor, bytes | str]]:
    """Each referrer of the type with the contents of its one layer, or what is wrong with it. `longest` is in
    bytes.
    """
    for referrer in world.registry.referrers(image, artifact_type):
        try:
            yield referrer, _content(world, image, referrer, artifact_type, longest)
        except (UnreadableError, AlteredError) as error:
            yield referrer, str(error)


def _content(world: World, image: ImageRef, referrer: Descriptor, artifact_type: str, longest: int) -> bytes:
    manifest = world.registry.manifest(image.repository.at(referrer.digest))
    if manifest is None:
        raise UnreadableError("it is not in the registry")
    try:
        document = manifest_document(manifest.content)
        _demand_attached(document, image, artifact_type)
        (only,) = document["layers"]
        digest, size = Digest.parse(only["digest"]), size_of(only)
    except InvalidManifestError as error:
        raise UnreadableError(f"it is no manifest that counts: {error}") from None
    except (ValueError, KeyError, TypeError, UsageError):
        raise UnreadableError("it is not a manifest with one layer") from None
    if size > longest:
        raise UnreadableError(f"it is longer than {longest} bytes")
    return world.registry.blob(image.repository, digest)


def _demand_attached(document: dict[str, Any], image: ImageRef, artifact_type: str) -> None:
    """By its own bytes: lists are written by whoever may push, and registries differ in what they list it as.

    Without an artifactType it is of its config's media type (image-spec, "Guidelines for Artifact Usage").
    """
    kind = document.get("artifactType") or _member(document, "config", "mediaType")
    if kind != artifact_type:
        raise InvalidManifestError("it is of another type than it is listed as")
    if not image.digest or _member(document, "subject", "digest") != image.digest:
        raise InvalidManifestError("it is not attached to this image")


def _member(document: dict[str, Any], name: str, member: str) -> object:
    found = document.get(name)
    return found.get(member) if isinstance(found, dict) else None
