"""Basic and bearer-token authentication, one authenticator for each registry.

Rules: Docker's "Token Authentication Specification" and "OAuth2 Token Authentication".
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode, urlsplit

from helmforge.adapters.registry import challenges
from helmforge.adapters.registry.calls import Call
from helmforge.adapters.registry.problems import (
    RegistryAuthError,
    RegistryError,
    bare_url,
    explain,
    login_hint,
    printable,
)
from helmforge.adapters.registry.secret import Secret
from helmforge.adapters.registry.urls import origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.challenges import Challenge
    from helmforge.adapters.registry.credentials import Credentials, Login
    from helmforge.domain.oci import RegistryHost

Send: TypeAlias = "Callable[[Call], Answer]"

_CLIENT = "helmforge"
_OK = 200
_REFUSED = (400, 401, 403)
_TOKEN_LIMIT = 1 << 20
_DEFAULT_SECONDS = 60  # of a token without expires_in
_EARLY_SECONDS = 10


@dataclass(frozen=True)
class _Token:
    header: Secret
    expires: float  # time.monotonic()


class Authenticator:
    """Knows how one registry wants to be asked, and keeps its tokens. Shared by threads."""

    def __init__(self, registry: RegistryHost, credentials: Credentials, send: Send) -> None:
        self._registry = registry
        self._credentials = credentials
        self._send = send
        self._lock = threading.RLock()
        self._challenge: Challenge | None = None
        self._tokens: dict[frozenset[str], _Token] = {}

    def header(self, scopes: Iterable[str]) -> Secret | None:
        """The Authorization header for a request; None when there is no login or nobody asked for one."""
        with self._lock:
            if self._challenge is None:
                return None
            if self._challenge.scheme == "basic":
                return self._basic()
            return self._token(self._challenge, frozenset(scopes))

    def renew(self, challenge: str, scopes: Iterable[str], stale: Secret | None) -> Secret | None:
        """The header to answer a 401 with; None when there is no other one than `stale`."""
        with self._lock:
            current = self.header(scopes)
            if current is not None and not _same(current, stale):
                return current  # it expired, or another thread was faster
            self._challenge = self._chosen(challenge)
            wanted = frozenset(scopes)
            self._tokens = {have: token for have, token in self._tokens.items() if not _covers(have, wanted)}
            renewed = self.header(wanted)
            return None if _same(renewed, stale) else renewed

    def refusal(self, what: str, where: str, answer: Answer) -> RegistryAuthError:
        """The error for a 401 or 403 that no header could change."""
        login = self._credentials.find(self._registry)
        who = f"logged in as {login.username or 'token'} from {login.source}" if login else "without a login"
        why = f"{explain(answer.status, answer.body)} ({who})"
        return RegistryAuthError(what, where=where, why=why, hint=login_hint(self._registry))

    def _chosen(self, header: str) -> Challenge:
        offered = {challenge.scheme: challenge for challenge in reversed(challenges.parse(header))}
        chosen = offered.get("bearer") or offered.get("basic")
        if chosen is None:
            raise RegistryAuthError(
                f"{self._registry.host} asks for a login that helmforge cannot give",
                why=f"WWW-Authenticate: {printable(header)}",
            )
        return chosen

    def _basic(self) -> Secret | None:
        login = self._credentials.find(self._registry)
        return _basic(login) if login and login.username else None

    def _token(self, challenge: Challenge, scopes: frozenset[str]) -> Secret:
        """A token for at least `scopes`, kept until shortly before it expires."""
        now = time.monotonic()
        self._tokens = {have: token for have, token in self._tokens.items() if token.expires > now}
        for have, token in self._tokens.items():
            if _covers(have, scopes):
                return token.header
        answer = self._send(self._request(challenge, scopes))
        if answer.status in _REFUSED:
            raise self.refusal(f"{self._registry.host} refuses the login", bare_url(answer.url), answer)
        token = self._tokens[scopes] = _parse_token(answer, now)
        return token.header

    def _request(self, challenge: Challenge, scopes: frozenset[str]) -> Call:
        realm = self._realm(challenge)
        expect = (_OK, *_REFUSED)
        service = challenge.parameters.get("service", "")
        asked = sorted(scopes) or challenge.parameters.get("scope", "").split()
        login = self._credentials.find(self._registry)
        if login and login.identity_token:
            form = {"grant_type": "refresh_token", "service": service, "client_id": _CLIENT}
            form |= {"scope": " ".join(asked), "refresh_token": login.identity_token.reveal()}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(form).encode()
            return Call(
                "POST", self._registry, realm, expect, (), headers, body, limit=_TOKEN_LIMIT, anonymous=True
            )
        query = urlencode([("service", service), *(("scope", scope) for scope in asked)])
        url = f"{realm}{'&' if urlsplit(realm).query else '?'}{query}"
        headers = {"Authorization": _basic(login).reveal()} if login else {}
        return Call("GET", self._registry, url, expect, (), headers, limit=_TOKEN_LIMIT, anonymous=True)

    def _realm(self, challenge: Challenge) -> str:
        """The token server gets the password: https, unless the registry itself is spoken to in the clear."""
        realm = challenge.parameters.get("realm", "")
        try:
            scheme, host, _ = origin(realm)
            schemes = {"https", "http"} if self._registry.plain_http else {"https"}
            safe = scheme in schemes and host and "@" not in urlsplit(realm).netloc
        except ValueError:
            safe = False
        if not safe:
            raise RegistryAuthError(
                f"{self._registry.host} names a token server that is not safe to send a password to",
                why=f"realm {printable(realm)!r}, expected an https URL",
            )
        return realm


def _covers(have: frozenset[str], wanted: frozenset[str]) -> bool:
    """Who may push may pull."""
    return all(scope in have or f"{scope},push" in have for scope in wanted)


def _basic(login: Login) -> Secret:
    pair = f"{login.username}:{login.password.reveal()}".encode()
    return Secret(f"Basic {base64.b64encode(pair).decode()}")


def _same(one: Secret | None, other: Secret | None) -> bool:
    return (one and one.reveal()) == (other and other.reveal())


def _parse_token(answer: Answer, now: float) -> _Token:
    try:
        found = json.loads(answer.body)
        value = found.get("token") or found.get("access_token")
        seconds = float(found.get("expires_in") or _DEFAULT_SECONDS)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        value, seconds = None, 0.0
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise RegistryError(
            "the token server gave no usable token", where=bare_url(answer.url), why=f"HTTP {answer.status}"
        )
    return _Token(Secret(f"Bearer {value}"), now + max(seconds - _EARLY_SECONDS, 1.0))
