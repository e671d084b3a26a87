"""How large an image is, from its manifest alone, and which of its layers are new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.oci_manifest import (
    InvalidManifestError,
    manifest_document,
    runnable_parts,
    size_of,
)
from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.domain.oci import Digest

_USUAL = "linux/amd64"


@dataclass(frozen=True)
class ImageChange:
    """Compressed bytes of `platform`, "" when the image has one only. `before` is None, and nothing is
    removed, when there is nothing to compare with.
    """

    platform: str
    size: int
    before: int | None
    added: int
    removed: int
    layers_added: int
    layers_removed: int


Layers = tuple[tuple[str, int], ...]
"""Digest and compressed bytes of each blob of one platform, its configuration included."""


def platforms(content: bytes) -> Mapping[str, Digest]:
    """Manifests of an index by platform, `linux/arm64/v8`; empty when `content` is the manifest of an image.
    Of two for one platform the first, as nodes choose. Raises StepError for what is neither.
    """
    try:
        parts = runnable_parts(content)
    except InvalidManifestError as error:
        raise _of_no_use(error) from None
    found: dict[str, Digest] = {}
    for part in parts:
        if part.platform:
            found.setdefault(part.platform, part.digest)
    return found


def layers(content: bytes) -> Layers:
    """Raises StepError when it is not the manifest of an image."""
    try:
        document = manifest_document(content)
        blobs = [document["config"], *(document.get("layers") or ())]
        return tuple((str(blob["digest"]), size_of(blob)) for blob in blobs)
    except InvalidManifestError as error:
        raise _of_no_use(error) from None
    except (KeyError, TypeError, AttributeError):
        raise StepError("the registry's manifest is not that of an image") from None


def chosen(new: Iterable[str], old: Iterable[str]) -> str:
    """The platform to compare: one that both have, the most usual one first."""
    there = list(new)
    both = [name for name in there if name in set(old)] or there
    return _USUAL if _USUAL in both else both[0]


def image_change(platform: str, new: Layers, old: Layers | None) -> ImageChange:
    before, after = dict(old or ()), dict(new)
    added = [size for digest, size in after.items() if digest not in before]
    removed = [size for digest, size in before.items() if digest not in after]
    return ImageChange(
        platform,
        size=sum(after.values()),
        before=sum(before.values()) if old is not None else None,
        added=sum(added),
        removed=sum(removed),
        layers_added=len(added),
        layers_removed=len(removed),
    )


def _of_no_use(error: InvalidManifestError) -> StepError:
    return StepError("the registry's manifest is of no use", why=str(error))
