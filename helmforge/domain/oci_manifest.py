"""Manifests and indexes as JSON that everybody reads alike.

Go, which most registries and runtimes are written in, takes a name in any case for the one that it knows, and
merges what stands there twice; other languages take names exactly, and the first or the last of two. What
reads in two ways could be one image for a check and another for the registry.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from helmforge.domain.oci import Digest
from helmforge.errors import UsageError

# image-spec 1.1 and Docker's schema 2: manifests, indexes, descriptors, platforms
_NAMES = frozenset(
    {
        *("schemaVersion", "mediaType", "artifactType", "config", "layers", "blobs", "manifests", "subject"),
        *("digest", "size", "urls", "data", "annotations", "platform"),
        *("architecture", "os", "os.version", "os.features", "variant", "features"),
    }
)
_OBJECTS = ("config", "subject", "platform")
_LISTS = ("layers", "blobs", "manifests")


class InvalidManifestError(ValueError):
    """Not a JSON object with one reading; the text says why."""


def manifest_document(content: bytes) -> dict[str, Any]:
    """Whose names are free, as those of annotations, are free in their case, too; none stands there twice."""
    try:
        document = json.loads(content.decode(), object_pairs_hook=_once)
        return _with_exact_names(document)
    except InvalidManifestError:
        raise
    except (ValueError, RecursionError):
        raise InvalidManifestError("it is not a JSON document") from None


@dataclass(frozen=True)
class Part:
    """What an index names: a manifest or another index. `platform` is `linux/arm64/v8`, or "" where it tells
    none and nodes look for themselves.
    """

    digest: Digest
    platform: str


def runnable_parts(content: bytes) -> tuple[Part, ...]:
    """What a node may choose from an index, in its order; empty for the manifest of an image.

    Attestations stand there for the platform `unknown/unknown`, which no node has. Only that counts: a mark
    (`vnd.docker.reference.type`) on something for linux/amd64 keeps nobody from running it.
    """
    document = manifest_document(content)
    entries = document.get("manifests")
    if entries is None:
        return ()
    if not isinstance(entries, list) or "config" in document or "layers" in document:
        raise InvalidManifestError("it is an index and a manifest at once")  # CVE-2021-41190
    parts = dict.fromkeys(map(_part, entries))
    return tuple(part for part in parts if part.platform != "unknown/unknown")


def size_of(entry: dict[str, Any]) -> int:
    """Of a descriptor, in bytes. InvalidManifestError for what is no int64 from 0 on (image-spec)."""
    size = entry.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63:
        raise InvalidManifestError("a size is no number of bytes")
    return size


def _part(entry: object) -> Part:
    try:
        found = entry if isinstance(entry, dict) else {}
        digest = Digest.parse(str(found.get("digest")))
    except UsageError:
        raise InvalidManifestError("an entry of the index has no digest") from None
    return Part(digest, _platform(found.get("platform")))


def _platform(platform: object) -> str:
    if not isinstance(platform, dict):
        return ""
    words = (platform.get(key) for key in ("os", "architecture", "variant"))
    return "/".join(str(word) for word in words if word)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidManifestError("a JSON object has the same name twice")
    return found


def _with_exact_names(entry: object) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InvalidManifestError("it is not a JSON object")
    read: dict[str, str] = {}
    for name in entry:
        same = _KNOWN.get(_folded(name)) or read.setdefault(_folded(name), name)
        if same != name:
            raise InvalidManifestError(f"some read its name {name[:40]!r} as {same[:40]!r}")
    for part in _parts(entry):
        if isinstance(part, dict):
            _with_exact_names(part)
    return entry


def _parts(entry: dict[str, Any]) -> list[Any]:
    lists = [entry.get(name) for name in _LISTS]
    return [*map(entry.get, _OBJECTS), *(one for found in lists if isinstance(found, list) for one in found)]


def _folded(name: str) -> str:
    """Without case as anybody may see it: the Kelvin sign is a k, the long s an s, the dotless i an i."""
    return name.upper().casefold()


_KNOWN = {_folded(name): name for name in _NAMES}
