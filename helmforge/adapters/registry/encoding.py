"""Manifests that helmforge makes itself: the same values make the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from helmforge.adapters.registry.content import digest_of
from helmforge.adapters.registry.media_types import OCI_INDEX, OCI_MANIFEST
from helmforge.domain.oci import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.domain.oci import Descriptor


def artifact(
    artifact_type: str,
    config: Descriptor,
    layer: Descriptor,
    subject: Descriptor,
    annotations: Mapping[str, str],
) -> Manifest:
    return _encoded(
        OCI_MANIFEST,
        {
            "artifactType": artifact_type,
            "config": _json(config),
            "layers": [_json(layer)],
            "subject": _json(subject),
            "annotations": dict(annotations),
        },
    )


def index(entries: Iterable[Descriptor]) -> Manifest:
    return _encoded(OCI_INDEX, {"manifests": [_json(entry) for entry in entries]})


def _encoded(media_type: str, document: dict[str, Any]) -> Manifest:
    """Sorted and without spaces: the bytes depend on nothing but the values."""
    full = {"schemaVersion": 2, "mediaType": media_type, **_present(document)}
    content = json.dumps(full, sort_keys=True, separators=(",", ":")).encode()
    return Manifest(content, media_type, digest_of(content))


def _json(entry: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": entry.media_type,
        "digest": str(entry.digest),
        "size": entry.size,
        **_present({"artifactType": entry.artifact_type, "annotations": dict(entry.annotations)}),
    }


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value or key == "manifests"}
