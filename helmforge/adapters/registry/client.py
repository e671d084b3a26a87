"""The port `Registry` over the OCI Distribution API."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from helmforge.adapters.registry.belongings import DEEPEST
from helmforge.adapters.registry.blobs import Blobs
from helmforge.adapters.registry.calls import pull, push
from helmforge.adapters.registry.content import MANIFEST_LIMIT, parse, strings
from helmforge.adapters.registry.copy import Copier
from helmforge.adapters.registry.manifests import Manifests
from helmforge.adapters.registry.media_types import ATTESTATION, IMAGE_CONFIGS
from helmforge.adapters.registry.problems import RegistryError
from helmforge.adapters.registry.referrers import Referrers
from helmforge.adapters.registry.transport import Transport
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from helmforge.adapters.registry.credentials import Credentials
    from helmforge.domain.oci import CopyReport, Descriptor, Digest, ImageRef, Manifest, Repository


class OciRegistry:
    """Keeps connections and tokens between calls; threads may share it.

    Every request is tried up to `attempts` times, with `wait` (seconds) in between.
    `timeout_seconds` is for each connect and each read.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        attempts: int = 4,
        wait: Callable[[float], None] = time.sleep,
        timeout_seconds: float = 30,
    ) -> None:
        self._transport = Transport(
            credentials, attempts=attempts, wait=wait, timeout_seconds=timeout_seconds
        )
        self._manifests = Manifests(self._transport)
        self._blobs = Blobs(self._transport)
        self._referrers = Referrers(self._transport, self._manifests, self._blobs)

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        """By HEAD: what the registry says of itself (Docker Hub counts GET as a pull)."""
        return self._manifests.head(ref)

    def manifest(self, ref: ImageRef) -> Manifest | None:
        return self._manifests.get(ref)

    def labels(self, ref: ImageRef) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for _ in range(DEEPEST + 1):
            manifest = self._manifests.get(ref)
            if manifest is None:
                return found
            contents = parse(manifest, str(ref))
            found = {**contents.annotations, **found}
            platforms = [child for child in contents.children if ATTESTATION not in child.annotations]
            if not platforms:
                return {**self._config_labels(ref.repository, contents.config), **found}
            ref = ref.repository.at(platforms[0].digest)
        raise RegistryError("the index is too deep", where=str(ref))

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        return self._blobs.read(repository, digest)

    def tags(self, repository: Repository) -> tuple[str, ...]:
        return self._manifests.tags(repository)

    def copy(
        self,
        source: ImageRef,
        target: ImageRef,
        *,
        leave_out: Collection[str] = (),
        overwrite: bool = False,
    ) -> CopyReport:
        copier = self._copier(source.repository, target.repository, leave_out)
        root = copier.manifests.get(source)
        if root is None:
            raise RegistryError("there is nothing to copy: the manifest does not exist", where=str(source))
        if target.digest not in {None, root.digest}:
            raise UsageError(f"{target} cannot become a copy of {source}", why=f"its digest is {root.digest}")
        return copier.copy(root, target, overwrite=overwrite)

    def is_copied(self, source: ImageRef, target: ImageRef, *, leave_out: Collection[str] = ()) -> bool:
        copier = self._copier(source.repository, target.repository, leave_out)
        root = copier.manifests.get(source)
        return root is not None and copier.is_copied(root, target)

    def _copier(self, source: Repository, target: Repository, leave_out: Collection[str]) -> Copier:
        together = source.registry == target.registry
        scopes = (pull(source), push(target)) if together else ()
        manifests, blobs = Manifests(self._transport, scopes), Blobs(self._transport, scopes)
        referrers = Referrers(self._transport, manifests, blobs, scopes)
        return Copier(manifests, blobs, referrers, source, target, frozenset(leave_out))

    def upload(self, layout: Path, target: ImageRef) -> Digest:
        """Pushes the image or index that lies in the folder `layout` (image-spec, "Image Layout")."""
        from helmforge.adapters.registry.uploads import LayoutUpload  # noqa: PLC0415 - few builders need it

        scopes = (push(target.repository),)
        manifests, blobs = Manifests(self._transport, scopes), Blobs(self._transport, scopes)
        return LayoutUpload(manifests, blobs, layout).push(target)

    def put_referrer(
        self, subject: ImageRef, artifact_type: str, content: bytes, annotations: Mapping[str, str]
    ) -> Digest:
        return self._referrers.attach(subject, artifact_type, content, annotations)

    def referrers(self, subject: ImageRef, artifact_type: str = "") -> tuple[Descriptor, ...]:
        return self._referrers.of(subject, artifact_type)

    def _config_labels(self, repository: Repository, config: Descriptor | None) -> Mapping[str, str]:
        if config is None or config.media_type not in IMAGE_CONFIGS:
            return {}
        content = self._blobs.read(repository, config.digest, MANIFEST_LIMIT)
        try:
            return strings((json.loads(content).get("config") or {}).get("Labels"))
        except (ValueError, AttributeError, RecursionError) as error:
            where = str(repository.at(config.digest))
            raise RegistryError("the image's configuration is broken", where=where) from error
