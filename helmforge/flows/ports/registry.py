"""OCI registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from helmforge.domain.oci import CopyReport, Descriptor, Digest, ImageRef, Manifest, Repository


class Registry(Protocol):
    """OCI Distribution API. Reads follow tags or digests; every manifest read is verified."""

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        """None when the manifest does not exist (404)."""

    def manifest(self, ref: ImageRef) -> Manifest | None: ...
    def labels(self, ref: ImageRef) -> Mapping[str, str]:
        """Labels of the image's configuration, overlaid by annotations of its manifest. Of an index:
        its own annotations over those of its first platform. Empty when the manifest is absent.
        """

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        """For small blobs (charts, records): whole in memory, verified, at most 64 MiB."""

    def tags(self, repository: Repository) -> tuple[str, ...]:
        """All pages; empty when the repository does not exist."""

    def copy(
        self,
        source: ImageRef,
        target: ImageRef,
        *,
        leave_out: Collection[str] = (),
        overwrite: bool = False,
    ) -> CopyReport:
        """Copies manifest or index with everything below it and everything attached to any of it, and tags
        it last. Same registry: blobs are mounted, nothing is pulled. The target's digest equals the
        source's, or an error is raised. What the target has already is not sent, and what is attached there
        stays: RefusedError where that cannot be, and where the tag names something else, unless it is to be
        overwritten. Referrers of the artifact types `leave_out` are not taken.
        """

    def is_copied(self, source: ImageRef, target: ImageRef, *, leave_out: Collection[str] = ()) -> bool:
        """Whether `copy` with the same arguments would find nothing to do."""

    def put_referrer(
        self, subject: ImageRef, artifact_type: str, content: bytes, annotations: Mapping[str, str]
    ) -> Digest:
        """Attaches `content` (one layer of media type `artifact_type`) to the manifest. Uses the
        Referrers API where the registry has it, and the fallback tag where it has not. Idempotent.
        """

    def referrers(self, subject: ImageRef, artifact_type: str = "") -> tuple[Descriptor, ...]: ...
