"""Copies an image or index byte by byte, with what is attached to it.

Blobs come first, then manifests (children, parents, referrers), then lists of referrers; the tag is the
last. So a tag never names what is not all there, wherever a copy breaks off.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from helmforge.adapters.registry.belongings import PARALLEL, Collector
from helmforge.adapters.registry.blobs import Moved
from helmforge.adapters.registry.content import parse
from helmforge.domain.oci import CopyReport
from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from helmforge.adapters.registry.belongings import Belongings
    from helmforge.adapters.registry.blobs import Blobs
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.adapters.registry.referrers import Referrers
    from helmforge.domain.oci import Descriptor, Digest, ImageRef, Manifest, Repository

_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass
class _Gap:
    """What the target lacks, apart from the tag of the image itself. `attached` as in Belongings."""

    manifests: list[Manifest]
    attached: dict[Digest, list[Descriptor]]
    tagged: dict[str, Manifest]

    def __bool__(self) -> bool:
        return bool(self.manifests or self.attached or self.tagged)

    @property
    def referrers(self) -> int:
        listed = {entry.digest for entries in self.attached.values() for entry in entries}
        return len(listed | {manifest.digest for manifest in self.tagged.values()})


@dataclass(frozen=True)
class Copier:
    """Copies between two repositories; the artifact types in `leave_out` are not carried."""

    manifests: Manifests
    blobs: Blobs
    referrers: Referrers
    source: Repository
    target: Repository
    leave_out: Collection[str]

    def is_copied(self, root: Manifest, target: ImageRef) -> bool:
        there = self.manifests.head(target)
        return bool(there and there.digest == root.digest and not self._gap(self._belongings(root), root))

    def copy(self, root: Manifest, target: ImageRef, *, overwrite: bool) -> CopyReport:
        """Sends only what the target does not have."""
        there = self._present(root, target, overwrite=overwrite)
        belongings = self._belongings(root)
        gap = self._gap(belongings, root)
        done = there == root.digest
        if done and not gap:
            return CopyReport(root.digest, manifests=0, mounted=0, uploaded=0, present=0)
        referrers = gap.referrers
        puts = {manifest.digest for manifest in (*gap.manifests, *gap.tagged.values())}
        if not done:
            puts.add(root.digest)
        needed = _blobs_of(belongings, puts)
        present = len(_blobs_of(belongings, belongings.manifests)) - len(needed)
        moved = self._move(list(needed.values()))
        self._fill(gap)
        if not done and self._present(root, target, overwrite=overwrite) != root.digest:
            self.manifests.put(target, root)
            self._present(root, target, overwrite=False)
        return CopyReport(
            root.digest,
            manifests=len(puts),
            mounted=moved[Moved.MOUNTED],
            uploaded=moved[Moved.UPLOADED] + moved[Moved.RESUMED],
            present=moved[Moved.PRESENT] + present,
            referrers=referrers,
            resumed=moved[Moved.RESUMED],
        )

    def _present(self, root: Manifest, target: ImageRef, *, overwrite: bool) -> Digest | None:
        """What the tag names now. Asked at the very last before it is written, and afterwards: registries
        have no compare-and-swap for tags (some refuse to move them, if told so).
        """
        there = self.manifests.head(target)
        if there is None or overwrite or there.digest == root.digest:
            return there.digest if there else None
        raise RefusedError(
            f"{target} is taken by another image",
            why=f"it is {there.digest}, the approved image is {root.digest}",
            hint="find out who pushed it; helmforge never overwrites a production tag",
        )

    def _belongings(self, root: Manifest) -> Belongings:
        collector = Collector(self.manifests, self.referrers, self.source, self.leave_out)
        return collector.below(root) if self.source == self.target else collector.belonging_to(root)

    def _gap(self, belongings: Belongings, root: Manifest) -> _Gap:
        """Nothing when source and target are one repository. The image itself counts only where its
        referrers want it to be there before its tag is.
        """
        if self.source == self.target:
            return _Gap([], {}, {})
        tagged = self._untagged(belongings)
        merged = {manifest.digest for tag, manifest in belongings.tagged.items() if tag not in tagged}
        if not belongings.attached and not tagged:
            merged.add(root.digest)
        wanted = [manifest for digest, manifest in belongings.manifests.items() if digest not in merged]
        heads = self._each(lambda one: self.manifests.head(self.target.at(one.digest)), wanted)
        missing = [manifest for manifest, head in zip(wanted, heads, strict=True) if head is None]
        return _Gap(missing, self._unlisted(belongings), tagged)

    def _unlisted(self, belongings: Belongings) -> dict[Digest, list[Descriptor]]:
        subjects = list(belongings.attached)
        lists = self._each(lambda subject: self.referrers.listed(self.target, subject), subjects)
        found = {}
        for subject, listed in zip(subjects, lists, strict=True):
            known = {entry.digest for entry in listed}
            found[subject] = [e for e in belongings.attached[subject].values() if e.digest not in known]
        return {subject: entries for subject, entries in found.items() if entries}

    def _untagged(self, belongings: Belongings) -> dict[str, Manifest]:
        """RefusedError where the target has a tag of that name without all that is in the source's:
        signatures of another key, say. They may not be lost, and cannot be joined.
        """
        found = {}
        for tag, manifest in belongings.tagged.items():
            ref = self.target.tagged(tag)
            there = self.manifests.get(ref)
            if there is None:
                found[tag] = manifest
            elif not _has_all(there, manifest, str(ref)):
                raise RefusedError(
                    f"{ref} holds something else than {self.source.tagged(tag)}",
                    why="helmforge never overwrites signatures and attestations, and cannot merge these",
                    hint="add what is missing by cosign, or attach it as a referrer (OCI 1.1)",
                )
        return found

    def _fill(self, gap: _Gap) -> None:
        for manifest in gap.manifests:
            if self.referrers.put(self.target, manifest):
                self._is_listed(gap, manifest)
        for subject, entries in gap.attached.items():
            if entries:
                self.referrers.add_to_fallback(self.target, subject, entries)
        for tag, manifest in gap.tagged.items():
            self.manifests.put(self.target.tagged(tag), manifest)

    def _is_listed(self, gap: _Gap, manifest: Manifest) -> None:
        """The registry said so: no fallback tag is needed for it."""
        subject = parse(manifest, str(self.target)).subject
        if subject in gap.attached:
            gap.attached[subject] = [e for e in gap.attached[subject] if e.digest != manifest.digest]

    def _each(self, ask: Callable[[_T], _U], items: list[_T]) -> list[_U]:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 7 ms, only copies need it

        with ThreadPoolExecutor(PARALLEL) as threads:
            return list(threads.map(ask, items))

    def _move(self, blobs: list[Descriptor]) -> Counter[Moved]:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as above

        if self.source == self.target:
            return Counter({Moved.PRESENT: len(blobs)})
        with ThreadPoolExecutor(PARALLEL) as threads:
            moving = [threads.submit(self.blobs.move, self.source, self.target, blob) for blob in blobs]
            try:
                return Counter(done.result() for done in moving)
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise


def _blobs_of(belongings: Belongings, digests: Iterable[Digest]) -> dict[Digest, Descriptor]:
    """Each blob once: images share layers."""
    return {blob.digest: blob for digest in digests for blob in belongings.contents[digest].blobs}


def _has_all(there: Manifest, wanted: Manifest, where: str) -> bool:
    """Signatures of several keys over one image differ in nothing but annotations of their layers."""
    known = _parts(there, where)
    return all(part in known for part in _parts(wanted, where))


def _parts(manifest: Manifest, where: str) -> list[Descriptor]:
    contents = parse(manifest, where)
    return [*contents.children, *(blob for blob in contents.blobs if blob != contents.config)]
