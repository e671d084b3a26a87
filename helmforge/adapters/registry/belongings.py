"""What is copied with an image: everything below it, and everything attached to any part of it.

Attached is what the Referrers API or its fallback tag lists, and what cosign tags by the digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from helmforge.adapters.registry.content import parse
from helmforge.adapters.registry.problems import RegistryError

if TYPE_CHECKING:
    from collections.abc import Collection

    from helmforge.adapters.registry.content import Contents
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.adapters.registry.referrers import Referrers
    from helmforge.domain.oci import Descriptor, Digest, Manifest, Repository

DEEPEST = 4  # indexes in indexes
PARALLEL = 4
_DEEPEST_ATTACHMENT = 4  # signatures of attestations of SBOMs of images
_MOST_MANIFESTS = 1000
_MOST_BYTES = 64 << 20  # of manifests, which are kept in memory
_NO_CHILD = "the index is incomplete: it names a manifest that is not there"
_NO_REFERRER = "a list of referrers names a manifest that is not there"
_COSIGN = (".sig", ".att", ".sbom")  # cosign's tags before OCI 1.1

_Tree: TypeAlias = "dict[Digest, tuple[Manifest, Contents]]"
"""A manifest and what is below it, children first."""


@dataclass
class Belongings:
    """`manifests`: children before their parents, subjects before what is attached to them. `attached`: for
    each subject, what lists of referrers say. `tagged`: cosign's tags.
    """

    manifests: dict[Digest, Manifest] = field(default_factory=dict)
    contents: dict[Digest, Contents] = field(default_factory=dict)
    attached: dict[Digest, dict[Digest, Descriptor]] = field(default_factory=dict)
    tagged: dict[str, Manifest] = field(default_factory=dict)


class Collector:
    """Reads from `source`. Referrers whose artifact type is in `leave_out` stay behind."""

    def __init__(
        self, manifests: Manifests, referrers: Referrers, source: Repository, leave_out: Collection[str]
    ) -> None:
        self._manifests = manifests
        self._referrers = referrers
        self._source = source
        self._leave_out = leave_out
        self._found = Belongings()
        self._bytes = 0

    def below(self, root: Manifest) -> Belongings:
        self._keep(self._tree(root))
        return self._found

    def belonging_to(self, root: Manifest) -> Belongings:
        tree = self._tree(root)
        self._demand_own(root, tree)
        self._keep(tree)
        level = list(self._found.manifests)
        for _ in range(_DEEPEST_ATTACHMENT + 1):
            known = set(self._found.manifests)
            self._attach_to(level)
            level = [digest for digest in self._found.manifests if digest not in known]
            if not level:
                return self._found
        where = str(self._source.at(root.digest))
        raise RegistryError("referrers of referrers of referrers: too deep to copy", where=where)

    def _attach_to(self, subjects: list[Digest]) -> None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 7 ms, only copies need it

        with ThreadPoolExecutor(PARALLEL) as threads:
            lists = list(threads.map(lambda one: self._referrers.listed(self._source, one), subjects))
            tags = list(threads.map(self._tagged, subjects))
        for subject, entries, tagged in zip(subjects, lists, tags, strict=True):
            for entry in entries:
                self._attach(subject, entry)
            for tag, digest in tagged.items():
                manifest = self._known_or_read(digest)
                if self._take(subject, manifest, ""):
                    self._found.tagged[tag] = manifest

    def _tagged(self, subject: Digest) -> dict[str, Digest]:
        algorithm, _, encoded = subject.partition(":")
        if algorithm != "sha256":
            return {}
        tags = [f"{algorithm}-{encoded}{suffix}" for suffix in _COSIGN]
        found = {tag: self._manifests.head(self._source.tagged(tag)) for tag in tags}
        return {tag: entry.digest for tag, entry in found.items() if entry}

    def _attach(self, subject: Digest, entry: Descriptor) -> None:
        manifest = self._known_or_read(entry.digest)
        if self._take(subject, manifest, entry.artifact_type):
            known = replace(entry, media_type=manifest.media_type, size=len(manifest.content))
            self._found.attached.setdefault(subject, {})[entry.digest] = known

    def _take(self, subject: Digest, manifest: Manifest, artifact_type: str) -> bool:
        """False when it stays behind. Its own subject must be what it is listed for: what nobody approved
        must not come to other images of the target.
        """
        tree = self._tree(manifest)
        if self._leave_out and self._stays(artifact_type, tree):
            return False
        contents = self._found.contents.get(manifest.digest) or tree[manifest.digest][1]
        if contents.subject not in {None, subject}:
            raise self._stray(manifest, subject, contents.subject)
        known = {*self._found.manifests, *tree}
        for part, inside in tree.values():
            if inside.subject and inside.subject not in known:
                raise self._stray(part, subject, inside.subject)
        self._keep(tree)
        return True

    def _stays(self, artifact_type: str, tree: _Tree) -> bool:
        """By whatever name: registries differ in which one they list a manifest under."""
        types = {artifact_type}.union(*(contents.types for _, contents in tree.values()))
        return not types.isdisjoint(self._leave_out)

    def _demand_own(self, root: Manifest, tree: _Tree) -> None:
        """What lies inside comes along without a list, and may attach itself to something at the target."""
        where = str(self._source.at(root.digest))
        for part, inside in tree.values():
            if inside.subject and inside.subject not in tree:
                why = f"{part.digest} in it belongs to {inside.subject}"
                raise RegistryError("a part of the image belongs to another image", where=where, why=why)
        if self._leave_out and self._stays("", tree):
            why = f"it is, or has in it, {' or '.join(sorted(self._leave_out))}"
            raise RegistryError("the image itself holds what may not be copied", where=where, why=why)

    def _stray(self, manifest: Manifest, listed: Digest, subject: Digest | None) -> RegistryError:
        return RegistryError(
            "a list of referrers is wrong",
            where=str(self._source.at(manifest.digest)),
            why=f"it is listed for {listed}, and belongs to {subject}",
        )

    def _tree(self, root: Manifest) -> _Tree:
        """What is not known yet of the manifest and what is below it."""
        found: _Tree = {}
        self._add_to(found, root, depth=0)
        return found

    def _add_to(self, found: _Tree, manifest: Manifest, *, depth: int) -> None:
        if manifest.digest in found or manifest.digest in self._found.manifests:
            return
        where = str(self._source.at(manifest.digest))
        if depth > DEEPEST or len(found) + len(self._found.manifests) >= _MOST_MANIFESTS:
            raise RegistryError("the index is too deep or too large to copy", where=where)
        contents = parse(manifest, where)
        for child in contents.children:
            if child.digest not in found and child.digest not in self._found.manifests:
                self._add_to(found, self._get(child.digest, _NO_CHILD), depth=depth + 1)
        found[manifest.digest] = (manifest, contents)

    def _keep(self, tree: _Tree) -> None:
        for digest, (manifest, contents) in tree.items():
            self._found.manifests[digest] = manifest
            self._found.contents[digest] = contents

    def _known_or_read(self, digest: Digest) -> Manifest:
        return self._found.manifests.get(digest) or self._get(digest, _NO_REFERRER)

    def _get(self, digest: Digest, otherwise: str) -> Manifest:
        ref = self._source.at(digest)
        manifest = self._manifests.get(ref)
        if manifest is None:
            raise RegistryError(otherwise, where=str(ref))
        self._bytes += len(manifest.content)
        if self._bytes > _MOST_BYTES:
            raise RegistryError("there are too many manifests to copy", where=str(ref))
        return manifest
