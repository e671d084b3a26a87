"""Pushes an image that lies on disk as an OCI layout: blobs, then child manifests, the tag last."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from helmforge.adapters.registry.belongings import DEEPEST
from helmforge.adapters.registry.content import descriptor, parse, verify
from helmforge.adapters.registry.problems import RegistryError
from helmforge.domain.oci import Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.registry.blobs import Blobs
    from helmforge.adapters.registry.content import Contents
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.domain.oci import Descriptor, Digest, ImageRef

_PARALLEL = 4


class LayoutUpload:
    """One layout, with one image or one index in it."""

    def __init__(self, manifests: Manifests, blobs: Blobs, layout: Path) -> None:
        self._manifests = manifests
        self._blobs = blobs
        self._layout = layout
        self._tree: dict[Digest, tuple[Manifest, Contents]] = {}  # children before their parents

    def push(self, target: ImageRef) -> Digest:
        """Idempotent: what the registry has is not sent again."""
        root = self._root()
        self._collect(root, depth=0)
        blobs = {blob.digest: blob for _, contents in self._tree.values() for blob in contents.blobs}
        with ThreadPoolExecutor(_PARALLEL) as threads:
            list(threads.map(partial(self._send, target), blobs.values()))
        for digest, (manifest, _) in self._tree.items():
            last = digest == root.digest
            self._manifests.put(target if last else target.repository.at(digest), manifest)
        return root.digest

    def _root(self) -> Descriptor:
        try:
            (entry,) = json.loads((self._layout / "index.json").read_bytes())["manifests"]
            return descriptor(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            where = str(self._layout)
            raise RegistryError("this is no image that can be pushed", where=where, why=str(error)) from error

    def _collect(self, one: Descriptor, *, depth: int) -> None:
        if depth > DEEPEST:
            raise RegistryError("the index is too deep to push", where=str(self._layout))
        content = self._file(one.digest).read_bytes()
        verify(content, one.digest, str(self._layout))
        manifest = Manifest(content, one.media_type, one.digest)
        contents = parse(manifest, str(self._layout))
        for child in contents.children:
            self._collect(child, depth=depth + 1)
        self._tree[one.digest] = (manifest, contents)

    def _send(self, target: ImageRef, blob: Descriptor) -> None:
        self._blobs.push_file(target.repository, blob, self._file(blob.digest))

    def _file(self, digest: Digest) -> Path:
        algorithm, _, encoded = digest.partition(":")
        return self._layout / "blobs" / algorithm / encoded
