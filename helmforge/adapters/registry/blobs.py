"""Blobs of a repository: read, push, and move between repositories without storing anything here."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from helmforge.adapters.registry.calls import Call, pull, push
from helmforge.adapters.registry.content import digest_of, verify
from helmforge.adapters.registry.problems import RegistryError, bare_url
from helmforge.adapters.registry.urls import follow, repository_url
from helmforge.domain.oci import Descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import Digest, Repository

BLOB_LIMIT = 64 << 20  # bytes, of blobs that are read into memory
_PIECE = 1 << 20  # bytes
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
            self._upload(repository, blob, lambda: iter([content]))
        return blob

    def push_file(self, repository: Repository, blob: Descriptor, file: Path) -> None:
        """Idempotent, as push. The registry refuses a file whose digest is another."""
        if not self.exists(repository, blob.digest):
            self._upload(repository, blob, lambda: _pieces(file))

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
        self._upload(target, blob, lambda: self._chunks(source, blob), session)
        return Moved.UPLOADED

    def _upload(
        self,
        target: Repository,
        blob: Descriptor,
        body: Callable[[], Iterator[bytes]],
        session: Answer | None = None,
    ) -> None:
        """In one PUT; every attempt has an upload session of its own."""
        ready = [session] if session else []

        def make() -> Call:
            opened = ready.pop() if ready else self._transport.send(self._begin(target))
            address = _session_url(opened, blob.digest)
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
            return Call("PUT", target.registry, address, (_CREATED,), self._writing(target), headers, body)

        self._transport.send_fresh(make)

    def _chunks(self, source: Repository, blob: Descriptor) -> Iterator[bytes]:
        """The blob as its repository sends it. Raises before the last byte is out of hand if it differs."""
        incoming = self._transport.stream(self._read("GET", source, blob.digest, blob.size))
        algorithm = blob.digest.partition(":")[0]
        checksum, size = hashlib.new(algorithm), 0
        try:
            for chunk in incoming.chunks():
                checksum.update(chunk)
                size += len(chunk)
                if size > blob.size:
                    break  # more than Content-Length says would be read as another request
                yield chunk
        finally:
            incoming.close()
        found = f"{algorithm}:{checksum.hexdigest()}"
        if size != blob.size or found != blob.digest:
            why = f"{size} bytes whose digest is {found}, expected {blob.size} with {blob.digest}"
            raise RegistryError(
                "the registry sent something else than was asked for", where=bare_url(incoming.url), why=why
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

    def _begin(self, target: Repository) -> Call:
        return Call(
            "POST",
            target.registry,
            repository_url(target, "blobs/uploads/"),
            (_ACCEPTED,),
            self._writing(target),
        )

    def _writing(self, target: Repository) -> tuple[str, ...]:
        return (*self._scopes, push(target))


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            yield piece


def _session_url(opened: Answer, digest: Digest) -> str:
    location = opened.headers.get("Location", "")
    if not location:
        raise RegistryError("the registry opened an upload without a Location", where=bare_url(opened.url))
    address = follow(opened.url, location)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'digest': digest})}"
