"""What is uploaded: bytes at hand, a file, or a blob of another repository. Each is read from any byte on."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from helmforge.adapters.registry.calls import WireError
from helmforge.adapters.registry.patience import Failed
from helmforge.adapters.registry.problems import RegistryError, bare_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.adapters.registry.calls import Call
    from helmforge.adapters.registry.transport import Transport
    from helmforge.adapters.registry.wire import Incoming
    from helmforge.domain.oci import Descriptor

BlobSource: TypeAlias = "Callable[[int], Iterator[bytes]]"
"""Yields what lies from this offset on. May be called again, with another offset."""

_PIECE = 1 << 20  # bytes
_OK = 200
_PARTIAL = 206
_NOT_SATISFIABLE = 416
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)


def in_memory(content: bytes) -> BlobSource:
    return lambda offset: iter([content[offset:]])


def of_file(file: Path) -> BlobSource:
    def pieces(offset: int) -> Iterator[bytes]:
        with file.open("rb") as content:
            content.seek(offset)
            while piece := content.read(_PIECE):
                yield piece

    return pieces


class RemoteBlob:
    """A blob as its repository sends it; `call` reads it whole. Where that breaks off, the rest is asked for.

    `resumed` tells that this was so.
    """

    def __init__(self, transport: Transport, call: Call, blob: Descriptor) -> None:
        self._transport = transport
        self._call = call
        self._blob = blob
        self._algorithm = blob.digest.partition(":")[0]
        self._checksums = [(0, hashlib.new(self._algorithm))]  # of what lies before these offsets
        self.resumed = False

    def __call__(self, offset: int) -> Iterator[bytes]:
        """RegistryError instead of the last piece when the whole is not what the digest says."""
        while self._checksums[-1][0] > offset:
            self._checksums.pop()
        position, known = self._checksums[-1]
        checksum, held = known.copy(), b""
        for piece in self._pieces(position):
            checksum.update(piece)
            begin, position = position, position + len(piece)
            if position > self._blob.size:
                break  # more than Content-Length says would be read as another request
            self._checksums.append((position, checksum.copy()))
            if held:
                yield held
            held = piece[max(offset - begin, 0) :]
        self._verify(position, f"{self._algorithm}:{checksum.hexdigest()}")
        yield held

    def _verify(self, size: int, found: str) -> None:
        if (size, found) != (self._blob.size, self._blob.digest):
            raise RegistryError(
                "the registry sent something else than was asked for",
                where=bare_url(self._call.url),
                why=f"{size} bytes with {found}, expected {self._blob.size} with {self._blob.digest}",
            )

    def _pieces(self, position: int) -> Iterator[bytes]:
        patience = self._transport.patience()
        while True:
            incoming, skip = self._open(position)
            try:
                for piece in _after(skip, incoming.chunks()):
                    position += len(piece)
                    patience.progressed()
                    yield piece
            except WireError as error:
                if position >= self._blob.size:
                    return
                patience.bear(self._call, Failed(error.why, error.url, final=error.final))
                self.resumed = self.resumed or position > 0
            else:
                return
            finally:
                incoming.close()

    def _open(self, position: int) -> tuple[Incoming, int]:
        """An answer, and how many of its bytes come before `position`."""
        if position:
            incoming = self._transport.stream(self._ranged(position))
            if incoming.status == _PARTIAL and self._is_rest(incoming, position):
                return incoming, 0
            if incoming.status == _OK:
                return incoming, position
            incoming.close()
        return self._transport.stream(self._call), position

    def _ranged(self, position: int) -> Call:
        """With both ends: some registries (go-containerregistry's) understand no open range."""
        headers = {**self._call.headers, "Range": f"bytes={position}-{self._blob.size - 1}"}
        return replace(self._call, headers=headers, expect=(_OK, _PARTIAL, _NOT_SATISFIABLE))

    def _is_rest(self, incoming: Incoming, position: int) -> bool:
        """RFC 9110, section 14.4: the server may send another part than it was asked for."""
        told = _CONTENT_RANGE.fullmatch(incoming.headers.get("Content-Range", "").strip())
        size = str(self._blob.size)
        wanted = (str(position), str(self._blob.size - 1))
        return told is not None and (told[1], told[2]) == wanted and told[3] in {size, "*"}


def _after(skip: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if skip < len(piece):
            yield piece[skip:]
        skip = max(skip - len(piece), 0)
