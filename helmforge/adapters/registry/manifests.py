"""Manifests and tags of a repository (distribution-spec, "Pulling" and "Pushing")."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from helmforge.adapters.registry.calls import Call, pull, push
from helmforge.adapters.registry.content import MANIFEST_LIMIT, digest_of, verify
from helmforge.adapters.registry.media_types import ACCEPT, INDEXES, MANIFESTS
from helmforge.adapters.registry.problems import (
    AlteredContentError,
    RegistryError,
    UnknownBlobError,
    bare_url,
    printable,
)
from helmforge.adapters.registry.urls import follow, origin, repository_url
from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import ImageRef, Repository

_OK = 200
_NOT_FOUND = 404
_SIZE = re.compile(r"[0-9]{1,18}")  # Python itself refuses numbers of thousands of digits
_MOST_PAGES = 1000
_PAUSES_SECONDS = (0.5, 2.0)


class Manifests:
    """`scopes` are added to those that each request needs, so that one token serves a whole copy."""

    def __init__(self, transport: Transport, scopes: tuple[str, ...] = ()) -> None:
        self._transport = transport
        self._scopes = scopes

    def head(self, ref: ImageRef) -> Descriptor | None:
        """As the registry describes it, without the content; None when it does not exist."""
        answer = self._transport.send(self._read("HEAD", ref))
        if answer.status == _NOT_FOUND:
            self._transport.expect_registry(ref.repository.registry)
            return None
        size = answer.headers.get("Content-Length", "")
        digest = _announced(answer)
        if digest is None or not _SIZE.fullmatch(size):
            manifest = self.get(ref)
            if manifest is None:
                return None
            return Descriptor(manifest.media_type, manifest.digest, len(manifest.content))
        _expect_digest(ref, digest, answer)
        return Descriptor(_media_type(answer), digest, int(size))

    def get(self, ref: ImageRef) -> Manifest | None:
        answer = self._transport.send(self._read("GET", ref))
        if answer.status == _NOT_FOUND:
            self._transport.expect_registry(ref.repository.registry)
            return None
        announced = _announced(answer)
        digest = ref.digest or announced or digest_of(answer.body)
        verify(answer.body, digest, bare_url(answer.url))
        if announced:
            verify(answer.body, announced, bare_url(answer.url))
        return Manifest(answer.body, _media_type(answer), digest)

    def put(self, ref: ImageRef, manifest: Manifest) -> Answer:
        """Idempotent. Afterwards the registry says that it has exactly these bytes."""
        answer = self._send_patiently(
            Call(
                "PUT",
                ref.repository.registry,
                repository_url(ref.repository, f"manifests/{ref.reference}"),
                (201,),
                (*self._scopes, push(ref.repository)),
                {"Content-Type": manifest.media_type},
                manifest.content,
            )
        )
        stored = _announced(answer) or self._stored(ref)
        if stored != manifest.digest:
            raise RegistryError(
                f"{ref} was stored with another digest",
                where=bare_url(answer.url),
                why=f"the registry says {stored or 'nothing'}, expected {manifest.digest}",
            )
        return answer

    def _send_patiently(self, call: Call) -> Answer:
        """While another run uploads the same blob, a registry may tell both that it has the blob before it
        can find it (docker-registry 2.8 on a file system).
        """
        for pause in _PAUSES_SECONDS:
            try:
                return self._transport.send(call)
            except UnknownBlobError:
                self._transport.pause(pause)
        return self._transport.send(call)

    def tags(self, repository: Repository) -> tuple[str, ...]:
        """All pages; empty when the repository does not exist."""
        address, found = repository_url(repository, "tags/list"), dict[str, None]()
        for _ in range(_MOST_PAGES):
            answer = self._transport.send(
                Call(
                    "GET",
                    repository.registry,
                    address,
                    (_OK, _NOT_FOUND),
                    (*self._scopes, pull(repository)),
                    limit=MANIFEST_LIMIT,
                )
            )
            if answer.status == _NOT_FOUND:
                self._transport.expect_registry(repository.registry)
                return ()
            found |= dict.fromkeys(_parse_tags(answer))
            following = next_page(answer)
            if following is None:
                return tuple(found)
            address = following
        raise RegistryError("the list of tags has no end", where=bare_url(address))

    def _read(self, method: str, ref: ImageRef) -> Call:
        return Call(
            method,
            ref.repository.registry,
            repository_url(ref.repository, f"manifests/{ref.reference}"),
            (_OK, _NOT_FOUND),
            (*self._scopes, pull(ref.repository)),
            {"Accept": ACCEPT},
            limit=MANIFEST_LIMIT,
        )

    def _stored(self, ref: ImageRef) -> Digest | None:
        found = self.head(ref)
        return found.digest if found else None


def next_page(answer: Answer) -> str | None:
    """The `next` of a Link header (RFC 8288); it must stay with the registry."""
    for link in answer.headers.get("Link", "").split(","):
        target, _, parameters = link.partition(";")
        if parameters.replace(" ", "").replace('"', "") == "rel=next":
            address = follow(answer.url, target.strip().strip("<>"))
            if origin(address) != origin(answer.url):
                raise RegistryError("the next page is on another host", where=bare_url(address))
            return address
    return None


def _parse_tags(answer: Answer) -> list[str]:
    try:
        tags = json.loads(answer.body)["tags"] or []
        if all(isinstance(tag, str) for tag in tags):
            return list(tags)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise RegistryError(
        "the registry sent a broken list of tags",
        where=bare_url(answer.url),
        why=printable(answer.body[:200].decode(errors="replace")),
    )


def _media_type(answer: Answer) -> str:
    found = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    if found not in INDEXES | MANIFESTS:
        raise RegistryError(
            "the registry sent something that is no OCI or Docker schema 2 manifest",
            where=bare_url(answer.url),
            why=f"Content-Type: {printable(found) or 'missing'}",
        )
    return found


def _announced(answer: Answer) -> Digest | None:
    text = answer.headers.get("Docker-Content-Digest")
    try:
        return Digest.parse(text) if text else None
    except UsageError as error:
        raise RegistryError(
            "the registry sent a broken digest", where=bare_url(answer.url), why=printable(str(error))
        ) from error


def _expect_digest(ref: ImageRef, digest: Digest, answer: Answer) -> None:
    if ref.digest and ref.digest != digest:
        raise AlteredContentError(
            "the registry sent something else than was asked for",
            where=bare_url(answer.url),
            why=f"Docker-Content-Digest {digest}, expected {ref.digest}",
        )
