"""Blobs of a repository: read, push, and move between repositories without storing anything here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from helmforge.adapters.registry.blob_sources import RemoteBlob, in_memory, of_file
from helmforge.adapters.registry.blob_uploads import BlobUpload
from helmforge.adapters.registry.calls import Call, pull, push
from helmforge.adapters.registry.content import digest_of, verify
from helmforge.adapters.registry.problems import bare_url
from helmforge.adapters.registry.urls import repository_url
from helmforge.domain.oci import Descriptor

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.registry.blob_sources import BlobSource
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import Digest, Repository

BLOB_LIMIT = 64 << 20  # bytes, of blobs that are read into memory
_OK = 200
_CREATED = 201
_ACCEPTED = 202
_NOT_FOUND = 404
# 202: will not mount, here is an upload. 401 (Harbor), 403, 404, 405: will not mount at all.
_MOUNT_ANSWERS = (_CREATED, _ACCEPTED, 401, 403, _NOT_FOUND, 405)


class Moved(Enum):
    """How a blob came into its new repository."""

    MOUNTED = "mounted"
    UPLOADED = "uploaded"
    RESUMED = "uploaded, going on where a connection broke"
    PRESENT = "present"


class Blobs:
    """`scopes` are added to those that each request needs, so that one token serves a whole copy."""

    def __init__(self, transport: Transport, scopes: tuple[str, ...] = ()) -> None:
        self._transport = transport
        self._scopes = scopes

    def exists(self, repository: Repository, digest: Digest) -> bool:
        return self._transport.send(self._read("HEAD", repository, digest, 0, _NOT_FOUND)).status == _OK

    def read(self, repository: Repository, digest: Digest, limit: int = BLOB_LIMIT) -> bytes:
        answer = self._transport.send(self._read("GET", repository, digest, limit))
        verify(answer.body, digest, bare_url(answer.url))
        return answer.body

    def push(self, repository: Repository, media_type: str, content: bytes) -> Descriptor:
        """Idempotent: nothing is sent when the blob is there."""
        blob = Descriptor(media_type, digest_of(content), len(content))
        if not self.exists(repository, blob.digest):
            self._uploading(repository, blob, in_memory(content)).run()
        return blob

    def push_file(self, repository: Repository, blob: Descriptor, file: Path) -> None:
        """Idempotent, as push. The registry refuses a file whose digest is another."""
        if not self.exists(repository, blob.digest):
            self._uploading(repository, blob, of_file(file)).run()

    def move(self, source: Repository, target: Repository, blob: Descriptor) -> Moved:
        """Mounts where the registry can, streams otherwise."""
        if source == target:
            return Moved.PRESENT
        session = None
        if source.registry == target.registry:
            answer = self._transport.send(self._mount(source, target, blob.digest))
            if answer.status == _CREATED:
                return Moved.MOUNTED
            session = answer if answer.status == _ACCEPTED else None
        if self.exists(target, blob.digest):
            return Moved.PRESENT
        remote = RemoteBlob(self._transport, self._read("GET", source, blob.digest, blob.size), blob)
        upload = self._uploading(target, blob, remote)
        upload.run(session)
        return Moved.RESUMED if upload.resumed or remote.resumed else Moved.UPLOADED

    def _uploading(self, target: Repository, blob: Descriptor, source: BlobSource) -> BlobUpload:
        return BlobUpload(
            self._transport,
            target,
            self._writing(target),
            blob,
            source,
            exists=lambda: self.exists(target, blob.digest),
        )

    def _read(self, method: str, repository: Repository, digest: Digest, limit: int, *more: int) -> Call:
        address = repository_url(repository, f"blobs/{digest}")
        scopes = (*self._scopes, pull(repository))
        return Call(method, repository.registry, address, (_OK, *more), scopes, limit=limit)

    def _mount(self, source: Repository, target: Repository, digest: Digest) -> Call:
        query = urlencode({"mount": digest, "from": source.path})
        address = repository_url(target, f"blobs/uploads/?{query}")
        scopes = (*self._writing(target), pull(source))
        return Call("POST", target.registry, address, _MOUNT_ANSWERS, scopes)

    def _writing(self, target: Repository) -> tuple[str, ...]:
        return (*self._scopes, push(target))
