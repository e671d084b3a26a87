"""Manifests as registries send them: verified, parsed, limited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.adapters.registry.media_types import INDEXES, MANIFESTS
from helmforge.adapters.registry.problems import AlteredContentError, RegistryError, printable
from helmforge.domain.oci import Descriptor, Digest
from helmforge.domain.oci_manifest import manifest_document, size_of
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.oci import Manifest

MANIFEST_LIMIT = 4 << 20  # bytes; distribution-spec, "Pushing Manifests"
_MOST_ENTRIES = 2000


@dataclass(frozen=True)
class Contents:
    """What a manifest refers to. `children` are manifests (of an index), `blobs` config and layers.
    `types`: what the manifest, its config and each of its layers say that they are.
    """

    children: tuple[Descriptor, ...]
    blobs: tuple[Descriptor, ...]
    annotations: Mapping[str, str]
    config: Descriptor | None = None
    subject: Digest | None = None
    types: frozenset[str] = frozenset()


def digest_of(content: bytes, like: Digest | None = None) -> Digest:
    """With the algorithm of `like`, sha256 by default."""
    algorithm = like.partition(":")[0] if like else "sha256"
    return Digest(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")


def verify(content: bytes, digest: Digest, where: str) -> None:
    if digest_of(content, digest) != digest:
        raise AlteredContentError(
            "the registry sent something else than was asked for",
            where=where,
            why=f"{len(content)} bytes whose digest is {digest_of(content, digest)}, not {digest}",
        )


def parse(manifest: Manifest, where: str) -> Contents:
    """Raises RegistryError for anything that is not an OCI or Docker schema 2 manifest with one reading."""
    try:
        return _contents(manifest_document(manifest.content), manifest.media_type)
    except (HelmforgeError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{manifest.media_type}: {printable(str(error)) or type(error).__name__}"
        raise RegistryError("the registry sent a broken manifest", where=where, why=why) from error


def _contents(document: dict[str, Any], media_type: str) -> Contents:
    if document.get("mediaType", media_type) != media_type:
        raise ValueError("its own mediaType differs from the Content-Type")
    annotations = strings(document.get("annotations"))
    subject = descriptor(document["subject"]).digest if document.get("subject") else None
    kind = document.get("artifactType") or ""
    if not isinstance(kind, str):
        raise ValueError("an artifactType that is no text")  # noqa: TRY004 - as all that is wrong with it
    if media_type in INDEXES:
        if "layers" in document or "config" in document:
            raise ValueError("an index and a manifest at once")  # CVE-2021-41190
        entries = tuple(descriptor(entry) for entry in _entries(document.get("manifests")))
        if any(entry.media_type not in INDEXES | MANIFESTS for entry in entries):
            raise ValueError("an entry that is no manifest")
        return Contents(entries, (), annotations, None, subject, frozenset({kind}))
    if "manifests" in document:
        raise ValueError("an index and a manifest at once")
    config = descriptor(document["config"])
    layers = [(descriptor(layer), layer.get("urls")) for layer in _entries(document.get("layers"))]
    here = [layer for layer, urls in layers if not urls]
    types = frozenset({kind, config.media_type, *(layer.media_type for layer, _ in layers)})
    return Contents((), (config, *here), annotations, config, subject, types)


def _entries(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - parsed JSON
    entries = value or []
    if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
        raise ValueError(f"not a list of at most {_MOST_ENTRIES} entries")
    return entries


def descriptor(entry: dict[str, Any]) -> Descriptor:
    """Raises ValueError, KeyError, TypeError, AttributeError or UsageError when it is not one."""
    media_type, size = entry["mediaType"], size_of(entry)
    if not isinstance(media_type, str):
        raise ValueError("a descriptor without mediaType")  # noqa: TRY004 - as all that is wrong with it
    artifact_type = entry.get("artifactType")
    return Descriptor(
        media_type,
        Digest.parse(entry["digest"]),
        size,
        artifact_type if isinstance(artifact_type, str) else "",
        strings(entry.get("annotations")),
    )


def strings(value: Any) -> dict[str, str]:  # noqa: ANN401 - parsed JSON
    """The string members of a JSON object; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}
