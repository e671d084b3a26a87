"""Whether a tag of a production repository holds nothing but what is attached to a manifest beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.attachment_tags import AttachmentTag, attachment, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.attachment_tags import Attachment
    from helmforge.domain.oci import ImageRef, Manifest
    from helmforge.flows.world import World


def holds_attachments(world: World, ref: ImageRef) -> bool:
    """The name alone says nothing: a node pulls what stands under it all the same."""
    tag = AttachmentTag.parse(ref.reference)
    manifest = world.registry.manifest(ref) if tag else None
    if tag is None or manifest is None:
        return False
    named = set()
    for one in _held(world, ref, manifest, by_cosign=tag.by_cosign):
        if one is None:
            return False
        named |= {one.subject} if one.subject else set()
    subject = tag.subject(frozenset(named))
    return subject is not None and world.registry.resolve(ref.repository.at(subject)) is not None


def _held(world: World, ref: ImageRef, manifest: Manifest, *, by_cosign: bool) -> Iterator[Attachment | None]:
    """None for everything else; without what a list names and the registry has not."""
    if by_cosign:
        yield attachment(manifest.content, manifest.media_type)
        return
    entries = listed(manifest.content)
    if entries is None:
        yield None
    for digest in entries or ():
        entry = world.registry.manifest(ref.repository.at(digest))
        if entry is not None:
            yield attachment(entry.content, entry.media_type)
