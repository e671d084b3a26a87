"""One HTTP exchange at a time: connections, redirects, limits. No retries, no authentication.

Imports urllib3 (80 ms): only `transport` imports this module, on the first request.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from helmforge import __version__
from helmforge.adapters.registry.calls import ERROR_LIMIT, WireError
from helmforge.adapters.registry.problems import RegistryError, bare_url, printable
from helmforge.adapters.registry.proxies import proxy_for
from helmforge.adapters.registry.urls import follow, origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.adapters.registry.calls import Body

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_CONNECTIONS = 8
_CHUNK = 1 << 20


class Incoming:
    """An answer whose body is still on the wire. `foreign`: a redirect led to another host."""

    def __init__(self, response: urllib3.BaseHTTPResponse, url: str, *, foreign: bool) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers  # case-insensitive
        self.url = url
        self.foreign = foreign
        self._body: bytes | None = None

    def read(self, limit: int) -> bytes:
        """The whole body; the connection goes back to the pool. RegistryError above `limit` bytes."""
        body = self.read_part(limit + 1)
        if len(body) > limit:
            raise RegistryError(
                "the registry's answer is too large", where=bare_url(self.url), why=f"more than {limit} bytes"
            )
        return body

    def read_part(self, limit: int = ERROR_LIMIT) -> bytes:
        """At most `limit` bytes; what may follow is dropped. A second call returns them again."""
        if self._body is None:
            self._body = b"".join(self._pieces(limit))
            if len(self._body) < limit:
                self._response.release_conn()
            else:
                self.close()
        return self._body

    def chunks(self) -> Iterator[bytes]:
        yield from self._pieces(None)
        self._response.release_conn()

    def close(self) -> None:
        """Drops the connection with whatever is still on it; nothing when it was read to the end."""
        self._response.close()

    def retry_after(self) -> float | None:
        """Seconds until another attempt is welcome (RFC 9110, section 10.2.3)."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value)
        try:
            return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
        except (ValueError, TypeError, OverflowError):
            return None

    def _pieces(self, limit: int | None) -> Iterator[bytes]:
        left = limit
        try:
            while left is None or left > 0:
                amount = _CHUNK if left is None else min(left, _CHUNK)
                piece = self._response.read(amount, decode_content=False)
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece
        except (HTTPError, OSError) as error:
            self.close()
            raise _broken(self.url, error) from error


class Wire:
    """A pool of kept-alive connections, shared by threads. Timeouts are per connect and per read."""

    def __init__(self, timeout_seconds: float, environment: Mapping[str, str]) -> None:
        self._timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._environment = environment
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def open(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Incoming:
        """Follows redirects of reads. Credentials never leave the host that they are meant for."""
        sent, here = dict(headers), url
        for _ in range(_MOST_REDIRECTS + 1):
            incoming = self._exchange(method, here, sent, body, foreign=origin(here) != origin(url))
            location = incoming.headers.get("Location")
            if method not in {"GET", "HEAD"} or incoming.status not in _REDIRECTS or not location:
                return incoming
            incoming.read_part()
            here = follow(here, location)
            if origin(here) != origin(url):
                sent.pop("Authorization", None)
        raise RegistryError("the registry redirects without end", where=bare_url(url))

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, *, foreign: bool
    ) -> Incoming:
        try:
            response = self._pool(url).request(
                method,
                url,
                headers={"User-Agent": f"helmforge/{__version__}", **headers},
                body=body() if callable(body) else body,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise _broken(url, error) from error
        return Incoming(response, url, foreign=foreign)

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url, self._environment)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str | None) -> urllib3.PoolManager:
        if proxy is None:
            return urllib3.PoolManager(maxsize=_CONNECTIONS, timeout=self._timeout)
        login = unquote(urllib3.util.parse_url(proxy).auth or "")
        headers = urllib3.make_headers(proxy_basic_auth=login) if login else None
        return urllib3.ProxyManager(proxy, maxsize=_CONNECTIONS, timeout=self._timeout, proxy_headers=headers)


def _broken(url: str, error: Exception) -> WireError:
    why = printable(str(error)) or type(error).__name__
    return WireError(url, why, final=isinstance(error, SSLError))
