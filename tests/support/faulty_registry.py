"""A proxy in front of a real registry that misbehaves as told. It counts and shows every request.

    with FaultyRegistry(server.address) as faulty:
        faulty.fail(requests("PUT", "/manifests/"), status(503), times=2)

What is not told to fail goes to the upstream registry and back unchanged. Answers (`status`,
`dropped`, `truncated`, ...) are in `tests.support.faults`.
"""

from __future__ import annotations

import http.client
import re
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from io import BufferedIOBase
    from types import TracebackType

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_UPSTREAM_SECONDS = 60.0


@dataclass(frozen=True)
class Asked:
    """A request; `path` with its query, header names in lower case. `cut`: the body is not all there."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


@dataclass(frozen=True)
class Reply:
    """An answer. `drop_after`: bytes of the body after which the connection is cut."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drop_after: int | None = None


Forward: TypeAlias = "Callable[[Asked], Reply]"
Fault: TypeAlias = "Callable[[Asked, Forward], Reply | None]"
"""Answers instead of the registry, which it can ask by the second argument. None: connection dropped."""
Matcher: TypeAlias = "Callable[[Asked], bool]"


@dataclass
class _Rule:
    matcher: Matcher
    fault: Fault
    left: int | None

    def takes(self, asked: Asked) -> bool:
        if self.left == 0 or not self.matcher(asked):
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class FaultyRegistry:
    """Serves on `address` between `with` and its end. `upstream` is host:port, plain HTTP."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._rules: list[_Rule] = []
        self._cuts: list[tuple[_Rule, int]] = []
        self._callbacks: list[Callable[[Asked], None]] = []
        self._lock = threading.Lock()
        self.seen: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.registry = self
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """(method, path) of every request so far, in order of arrival."""
        return [(asked.method, asked.path) for asked in self.seen]

    def count(self, matcher: Matcher) -> int:
        return sum(matcher(asked) for asked in list(self.seen))

    def fail(self, matcher: Matcher, fault: Fault, *, times: int | None = None) -> None:
        """The newest rule that matches wins, the first `times` times (None: always)."""
        with self._lock:
            self._rules.insert(0, _Rule(matcher, fault, times))

    def cut(self, matcher: Matcher, fault: Fault, *, after: int, times: int = 1) -> None:
        """Takes so many bytes of the request's body, gives them to `fault`, and cuts the connection."""
        with self._lock:
            self._cuts.append((_Rule(matcher, fault, times), after))

    def on_request(self, callback: Callable[[Asked], None]) -> None:
        """Called in the server's thread before anything is done with the request."""
        self._callbacks.append(callback)

    def heal(self) -> None:
        """Forgets all rules; what was seen is kept."""
        with self._lock:
            self._rules.clear()
            self._cuts.clear()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Reply | None:
        with self._lock:
            self.seen.append(asked)
        for callback in self._callbacks:
            callback(asked)
        rule = self._rule(asked)
        return rule.fault(asked, self._forward) if rule else self._forward(asked)

    def interrupted(self, head: Asked, body: BufferedIOBase) -> bool:
        """Whether this request was cut off in the middle; nothing of its body is read when not."""
        with self._lock:
            cut = next(((rule.fault, after) for rule, after in self._cuts if rule.takes(head)), None)
        if cut is None:
            return False
        fault, after = cut
        asked = replace(head, body=body.read(after), cut=True)
        with self._lock:
            self.seen.append(asked)
        fault(asked, self._forward)
        return True

    def _rule(self, asked: Asked) -> _Rule | None:
        with self._lock:
            return next((rule for rule in self._rules if rule.takes(asked)), None)

    def _forward(self, asked: Asked) -> Reply:
        """The Host header stays, so that the registry's Location headers lead through this proxy."""
        connection = http.client.HTTPConnection(self._upstream, timeout=_UPSTREAM_SECONDS)
        try:
            connection.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers.items():
                if name not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            length = asked.headers["content-length"] if asked.cut else str(len(asked.body))
            connection.putheader("Content-Length", length)
            connection.endheaders(asked.body or None)
            if asked.cut:
                return Reply(0)  # nobody waits for it
            response = connection.getresponse()
            return Reply(response.status, _joined(response.getheaders()), response.read())
        finally:
            connection.close()


def requests(method: str = "", pattern: str = "") -> Matcher:
    """Requests of this method (any when empty) whose path matches the regular expression somewhere."""
    return lambda asked: method in {"", asked.method} and re.search(pattern, asked.path) is not None


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers that come more than once (skopeo's Accept) as one, see RFC 9110, section 5.3."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


class _Server(ThreadingHTTPServer):
    registry: FaultyRegistry
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what these tests are about."""


class _Connection(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one packet

    def _serve(self) -> None:
        headers = _joined((name.lower(), value) for name, value in self.headers.items())
        head = Asked(self.command, self.path, headers, b"")
        if self.server.registry.interrupted(head, self.rfile):
            self.close_connection = True
            return
        asked = replace(head, body=self._body(headers))
        reply = self.server.registry.answer(asked)
        if reply is None:
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in _HOP_BY_HOP or (self.command, name.lower()) == ("HEAD", "content-length"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: reply.drop_after])
        self.close_connection |= reply.drop_after is not None

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            length = int(headers.get("content-length", "0"))
            content = self.rfile.read(length)
            if len(content) < length:
                raise ConnectionAbortedError("the client gave up in the middle of its request")
            return content
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue  # trailers
        return b"".join(pieces)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server finds them by name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Quiet: `requests` holds what happened."""
