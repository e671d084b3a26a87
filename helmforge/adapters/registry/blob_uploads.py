"""Upload sessions of the distribution spec ("Pushing blobs"), which outlive a broken connection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from helmforge.adapters.registry.calls import Call
from helmforge.adapters.registry.patience import Failed
from helmforge.adapters.registry.problems import RegistryError, bare_url, explain
from helmforge.adapters.registry.urls import follow, repository_url

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from helmforge.adapters.registry.blob_sources import BlobSource
    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import Descriptor, Repository

_CREATED = 201
_ACCEPTED = 202
_NO_CONTENT = 204
_NOT_SATISFIABLE = 416
_BUSY = (408, 429)
# Whatever a registry says that does not know the session any more, or has no sessions to go on with.
_GONE = (200, *(status for status in range(400, 500) if status not in _BUSY), 501)
_RANGE = re.compile(r"(?:bytes=)?0-([1-9]\d{0,18})")


@dataclass(frozen=True)
class _Session:
    """`confirmed`: how many bytes the registry says it has."""

    address: str
    confirmed: int = 0


class BlobUpload:
    """Sends one blob: in one PUT, as long as nothing breaks. After a break the registry is asked how much it
    has; only what is missing follows. `resumed` tells that this was so.
    """

    def __init__(
        self,
        transport: Transport,
        target: Repository,
        scopes: tuple[str, ...],
        blob: Descriptor,
        source: BlobSource,
        *,
        exists: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._target = target
        self._scopes = scopes
        self._blob = blob
        self._source = source
        self._exists = exists
        self._sent = 0  # of the blob's bytes, to the current session
        self._reading: Generator[bytes] = self._counted(0)
        self.resumed = False

    def run(self, opened: Answer | None = None) -> None:
        """`opened`: the registry's answer that began a session."""
        patience = self._transport.patience()
        session: _Session | None = _begun(opened) if opened else self._begin()
        while session is not None:
            call = self._next(session)
            outcome = self._transport.attempt(call)
            self._reading.close()
            if not isinstance(outcome, Failed) and outcome.status == _CREATED:
                return
            told = self._told(outcome)
            if told is None or told.confirmed <= session.confirmed:
                patience.bear(call, _failure(outcome))
                told = self._ask(told or session) if _may_go_on(outcome) else None
            if told is not None and told.confirmed > session.confirmed:
                patience.progressed()
            session = self._onward(told)

    def _onward(self, told: _Session | None) -> _Session | None:
        """None: an answer got lost, but not what it was an answer to."""
        if told is not None:
            self.resumed = True
            return told
        return None if self._exists() else self._begin()

    def _begin(self) -> _Session:
        self._sent = 0
        return _begun(self._transport.send(self._call("POST", self._uploads(), (_ACCEPTED,))))

    def _next(self, session: _Session) -> Call:
        if session.confirmed == 0:
            return self._sending("PUT", self._closing(session), session, (_CREATED,))
        if session.confirmed < self._blob.size:
            return self._sending("PATCH", session.address, session, (_ACCEPTED, *_GONE))
        return self._call("PUT", self._closing(session), (_CREATED, *_GONE), {"Content-Length": "0"})

    def _sending(self, method: str, url: str, session: _Session, expect: tuple[int, ...]) -> Call:
        """All that is missing. Not in pieces: registries differ in what sizes of pieces they take."""
        first = session.confirmed
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(self._blob.size - first),
            **({"Content-Range": f"{first}-{self._blob.size - 1}"} if first else {}),
        }
        return self._call(method, url, expect, headers, lambda: self._read(first))

    def _read(self, offset: int) -> Iterator[bytes]:
        self._reading.close()
        self._reading = self._counted(offset)
        return self._reading

    def _counted(self, offset: int) -> Generator[bytes]:
        self._sent = offset
        for piece in self._source(offset):
            self._sent += len(piece)
            yield piece

    def _told(self, outcome: Answer | Failed) -> _Session | None:
        """Of the answers to a PATCH, 202 and 416 tell how far the session is."""
        if isinstance(outcome, Failed) or not _may_go_on(outcome):
            return None
        return self._confirmed(outcome)

    def _ask(self, session: _Session) -> _Session | None:
        """None: the registry knows nothing of it any more, or nothing that is of use."""
        answer = self._transport.send(self._call("GET", session.address, (_NO_CONTENT, *_GONE)))
        return self._confirmed(answer) if answer.status == _NO_CONTENT else None

    def _confirmed(self, answer: Answer) -> _Session | None:
        """Both 0 and 1 bytes are `Range: 0-0`. Whoever has more than was sent means something else."""
        told = _RANGE.fullmatch(answer.headers.get("Range", "").strip())
        confirmed = int(told[1]) + 1 if told else 0
        if not answer.headers.get("Location") or not 0 < confirmed <= self._sent:
            return None
        return _Session(_location(answer), confirmed)

    def _closing(self, session: _Session) -> str:
        joint = "&" if "?" in session.address else "?"
        return f"{session.address}{joint}{urlencode({'digest': self._blob.digest})}"

    def _uploads(self) -> str:
        return repository_url(self._target, "blobs/uploads/")

    def _call(
        self,
        method: str,
        url: str,
        expect: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: Callable[[], Iterator[bytes]] | None = None,
    ) -> Call:
        return Call(method, self._target.registry, url, expect, self._scopes, headers or {}, body)


def _begun(answer: Answer) -> _Session:
    return _Session(_location(answer))


def _location(answer: Answer) -> str:
    location = answer.headers.get("Location", "")
    if not location:
        raise RegistryError("the registry opened an upload without a Location", where=bare_url(answer.url))
    return follow(answer.url, location)


def _may_go_on(outcome: Answer | Failed) -> bool:
    return isinstance(outcome, Failed) or outcome.status in {_ACCEPTED, _NOT_SATISFIABLE}


def _failure(outcome: Answer | Failed) -> Failed:
    if isinstance(outcome, Failed):
        return outcome
    return Failed(explain(outcome.status, outcome.body), outcome.url)
