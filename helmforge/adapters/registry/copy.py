"""Copies an image or index byte by byte: blobs, then child manifests, the tag last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from helmforge.adapters.registry.blobs import Moved
from helmforge.adapters.registry.content import parse
from helmforge.adapters.registry.problems import RegistryError
from helmforge.domain.oci import CopyReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.adapters.registry.blobs import Blobs
    from helmforge.adapters.registry.content import Contents
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.domain.oci import Descriptor, Digest, ImageRef, Manifest, Repository

DEEPEST = 4  # indexes in indexes
_MOST_MANIFESTS = 1000
_PARALLEL = 4


class Copier:
    """One copy between two repositories."""

    def __init__(self, manifests: Manifests, blobs: Blobs, source: Repository, target: Repository) -> None:
        self._manifests = manifests
        self._blobs = blobs
        self._source = source
        self._target = target
        self._tree: dict[Digest, Manifest] = {}  # children before their parents
        self._contents: dict[Digest, Contents] = {}

    def copy(self, root: Manifest, target: ImageRef) -> CopyReport:
        """Does nothing when the target is already what the source is."""
        there = self._manifests.head(target)
        if there is not None and there.digest == root.digest:
            return CopyReport(root.digest, manifests=0, mounted=0, uploaded=0, present=0)
        self._collect(root, depth=0)
        children = [manifest for manifest in self._tree.values() if manifest.digest != root.digest]
        missing = [child for child in children if self._is_missing(child)]
        needed = self._blobs_of([*missing, root])
        present = len(self._blobs_of(self._tree.values())) - len(needed)
        moved = self._move(list(needed.values()))
        for child in missing:
            self._manifests.put(self._target.at(child.digest), child)
        self._manifests.put(target, root)
        return CopyReport(
            root.digest,
            manifests=len(missing) + 1,
            mounted=moved[Moved.MOUNTED],
            uploaded=moved[Moved.UPLOADED],
            present=moved[Moved.PRESENT] + present,
        )

    def _collect(self, manifest: Manifest, *, depth: int) -> None:
        where = str(self._source.at(manifest.digest))
        if depth > DEEPEST or len(self._tree) >= _MOST_MANIFESTS:
            raise RegistryError("the index is too deep or too large to copy", where=where)
        contents = self._contents[manifest.digest] = parse(manifest, where)
        for child in contents.children:
            if child.digest not in self._contents:
                self._collect(self._child(child), depth=depth + 1)
        self._tree[manifest.digest] = manifest

    def _child(self, child: Descriptor) -> Manifest:
        ref = self._source.at(child.digest)
        manifest = self._manifests.get(ref)
        if manifest is None:
            raise RegistryError(
                "the index is incomplete: it names a manifest that is not there", where=str(ref)
            )
        return manifest

    def _is_missing(self, child: Manifest) -> bool:
        return self._source == self._target or self._manifests.head(self._target.at(child.digest)) is None

    def _blobs_of(self, manifests: Iterable[Manifest]) -> dict[Digest, Descriptor]:
        """Each blob once: images share layers."""
        return {blob.digest: blob for manifest in manifests for blob in self._contents[manifest.digest].blobs}

    def _move(self, blobs: list[Descriptor]) -> Counter[Moved]:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 7 ms, only copies need it

        if self._source == self._target:
            return Counter({Moved.PRESENT: len(blobs)})
        with ThreadPoolExecutor(_PARALLEL) as threads:
            moving = [threads.submit(self._blobs.move, self._source, self._target, blob) for blob in blobs]
            try:
                return Counter(done.result() for done in moving)
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
