"""The real docker-registry in other configurations."""

from __future__ import annotations

import base64
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.support.registry import RegistryServer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

SERVICE, ISSUER = "registry.test", "tokens.test"
_SECONDS = 300
_SKEW = 900


class PermissiveRegistry(RegistryServer):
    """Takes manifests whose layers lie elsewhere."""

    def _config(self) -> dict[str, object]:
        return {**super()._config(), "validation": {"disabled": True}}


class TokenRegistry(RegistryServer):
    """Lets in those whom `tokens` gave a token."""

    def __init__(self, folder: Path, tokens: TokenServer) -> None:
        super().__init__(folder)
        self._tokens = tokens

    def _config(self) -> dict[str, object]:
        bundle = self.folder / "tokens.pem"
        bundle.write_bytes(self._tokens.certificate.public_bytes(serialization.Encoding.PEM))
        token = {
            "realm": self._tokens.realm,
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": str(bundle),
        }
        return {**super()._config(), "auth": {"token": token}}


class TokenServer:
    """Gives out the tokens of Docker's token authentication, for whatever is asked.

    `asked` has the scopes of each request, `logins` its Authorization header or refresh token. Who is
    not in `users` (`user:password`, or a refresh token) gets a 401.
    """

    def __init__(self, *users: str) -> None:
        self.users = users
        self.asked: list[list[str]] = []
        self.logins: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = _certificate(self._key)
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.tokens = self
        self.realm = f"http://127.0.0.1:{self._server.server_address[1]}/token"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, login: str, scopes: list[str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(scopes)
        self.logins.append(login)
        if not any(login in {basic(user), user} for user in self.users):
            return 401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}
        return 200, {"token": self._token(scopes), "expires_in": _SECONDS}

    def _token(self, scopes: Iterable[str]) -> str:
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": SERVICE,
            "sub": "",
            "access": access,
            "jti": str(len(self.asked)),
        }
        claims |= {"iat": now - _SKEW, "nbf": now - _SKEW, "exp": now + _SECONDS}
        signed = f"{_encoded(header)}.{_encoded(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def basic(user: str) -> str:
    return f"Basic {base64.b64encode(user.encode()).decode()}"


def _encoded(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


class _Server(ThreadingHTTPServer):
    tokens: TokenServer
    daemon_threads = True
    block_on_close = False


class _Connection(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._reply(self.headers.get("Authorization", ""), query.get("scope", []))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._reply(form["refresh_token"][0], form.get("scope", [""])[0].split())

    def _reply(self, login: str, scopes: list[str]) -> None:
        status, document = self.server.tokens.answer(login, scopes)
        content = json.dumps(document).encode()
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
