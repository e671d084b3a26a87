"""Requests that arrive: retries with backoff, logins, refusals as errors with data."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from helmforge.adapters.registry.auth import Authenticator
from helmforge.adapters.registry.calls import Answer, Call, WireError
from helmforge.adapters.registry.patience import Failed, Patience
from helmforge.adapters.registry.problems import (
    RegistryError,
    UnknownBlobError,
    bare_url,
    error_codes,
    explain,
)
from helmforge.adapters.registry.urls import base_url, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.adapters.registry.credentials import Credentials
    from helmforge.adapters.registry.secret import Secret
    from helmforge.adapters.registry.wire import Incoming, Wire
    from helmforge.domain.oci import RegistryHost

_T = TypeVar("_T")
_MAKE_FIRST = "some registries (ECR) want you to create the repository before the first push"
_NO_BLOB = frozenset({"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"})
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_NOT_FOUND = 404
_PING = (200, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND)


class Transport:
    """Sends calls until they are answered for good. Shared by threads."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        attempts: int,
        wait: Callable[[float], None],
        timeout_seconds: float,
    ) -> None:
        self._credentials = credentials
        self._attempts = max(attempts, 1)
        self._wait = wait
        self._timeout = timeout_seconds
        self._opened: Wire | None = None
        self._authenticators: dict[RegistryHost, Authenticator] = {}
        self._known: set[RegistryHost] = set()
        self._lock = threading.Lock()

    def send(self, call: Call) -> Answer:
        return self._persistently(call, _read)

    def attempt(self, call: Call) -> Answer | Failed:
        """Once: an upload must ask how far it came before it goes on."""
        return self._attempt(call, _read)

    def stream(self, call: Call) -> Incoming:
        """An answer to be read bit by bit; WireError when it breaks off then."""
        return self._persistently(call, lambda incoming, _: incoming)

    def patience(self) -> Patience:
        return Patience(self._attempts, self._wait)

    def pause(self, seconds: float) -> None:
        self._wait(seconds)

    def expect_registry(self, registry: RegistryHost) -> None:
        """A 404 means "absent" only where a registry answers: there /v2/ is no 404. Asked once."""
        if registry in self._known:
            return
        address = f"{base_url(registry)}/v2/"
        answer = self.send(Call("GET", registry, address, _PING, anonymous=True))
        if answer.status == _NOT_FOUND:
            hint = "check `registry` in helmforge.yaml"
            raise RegistryError(
                f"{registry.host} is no OCI registry", where=address, why="HTTP 404", hint=hint
            )
        self._known.add(registry)

    def _persistently(self, call: Call, finish: Callable[[Incoming, int], _T]) -> _T:
        patience = self.patience()
        while isinstance(outcome := self._attempt(call, finish), Failed):
            patience.bear(call, outcome)
        return outcome

    def _attempt(self, call: Call, finish: Callable[[Incoming, int], _T]) -> _T | Failed:
        try:
            incoming = self._open(call) if _is_open(call) else self._authorized(call)
            if incoming.status in call.expect:
                return finish(incoming, call.limit)
            answer = Answer(incoming.status, incoming.headers, incoming.read_part(), incoming.url)
        except WireError as error:
            return Failed(error.why, error.url, final=error.final)
        if answer.status in _BUSY:
            return Failed(explain(answer.status, answer.body), answer.url, incoming.retry_after())
        raise self._error(call, answer, foreign=incoming.foreign)

    def _authorized(self, call: Call) -> Incoming:
        authenticator = self._authenticator(call.registry)
        header = authenticator.header(call.scopes)
        incoming = self._open(call, header)
        challenge = incoming.headers.get("WWW-Authenticate", "")
        if incoming.status != _UNAUTHORIZED or incoming.foreign or not challenge:
            return incoming
        incoming.read_part()
        renewed = authenticator.renew(challenge, call.scopes, header)
        return self._open(call, renewed) if renewed else incoming

    def _open(self, call: Call, login: Secret | None = None) -> Incoming:
        headers = {**call.headers, "Authorization": login.reveal()} if login else call.headers
        return self._wire().open(call.method, call.url, headers, call.body)

    def _wire(self) -> Wire:
        from helmforge.adapters.registry.wire import Wire  # noqa: PLC0415 - urllib3 takes 80 ms to import

        with self._lock:
            if self._opened is None:
                self._opened = Wire(self._timeout, self._credentials.environment)
            return self._opened

    def _authenticator(self, registry: RegistryHost) -> Authenticator:
        with self._lock:
            if registry not in self._authenticators:
                self._authenticators[registry] = Authenticator(registry, self._credentials, self.send)
            return self._authenticators[registry]

    def _error(self, call: Call, answer: Answer, *, foreign: bool) -> RegistryError:
        where = f"{call.method} {bare_url(answer.url)}"
        if answer.status in {_UNAUTHORIZED, _FORBIDDEN} and not foreign:
            what = f"no permission at {call.registry.host}"
            return self._authenticator(call.registry).refusal(what, where, answer)
        what = f"{call.registry.host} refused a request"
        why, codes = explain(answer.status, answer.body), error_codes(answer.body)
        kind = RegistryError if codes.isdisjoint(_NO_BLOB) else UnknownBlobError
        return kind(what, where=where, why=why, hint=_MAKE_FIRST if "NAME_UNKNOWN" in codes else "")


def _read(incoming: Incoming, limit: int) -> Answer:
    return Answer(incoming.status, incoming.headers, incoming.read(limit), incoming.url)


def _is_open(call: Call) -> bool:
    """Whether it goes without a login: on the way to one, or to an upload address on another host."""
    return call.anonymous or origin(call.url) != origin(base_url(call.registry))
