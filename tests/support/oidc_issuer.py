"""An OpenID Connect issuer on loopback: what a CI system is for keyless signatures."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.json_server import JsonServer

if TYPE_CHECKING:
    from tests.support.json_server import Json

AUDIENCE = "sigstore"
_KEY_ID = "tests"
_LIFETIME_SECONDS = 600
_ALGORITHM = "RS256"  # the only one that cosign reads
_EXPONENT = 65537
_KEY_BITS = 2048


class OidcIssuer(JsonServer):
    """Answers between `with` and its end. `url` is the issuer's name in tokens, too."""

    def __init__(self) -> None:
        super().__init__()
        self._key = rsa.generate_private_key(_EXPONENT, _KEY_BITS)

    def token(self, email: str, *, audience: str = AUDIENCE) -> str:
        """A signed token for whoever has this address, good for ten minutes."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": email, "aud": audience, "email": email, "email_verified": True}
        claims |= {"iat": now, "nbf": now, "exp": now + _LIFETIME_SECONDS}
        signed = f"{_encoded({'alg': _ALGORITHM, 'kid': _KEY_ID, 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{signed}.{_base64(self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"

    def answer(self, path: str, body: bytes) -> Json | None:
        if path == "/.well-known/openid-configuration":
            return self._discovery()
        return {"keys": [self._public_key()]} if path == "/keys" else None

    def _discovery(self) -> Json:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
        }

    def _public_key(self) -> Json:
        numbers = self._key.public_key().public_numbers()
        facts = {"kty": "RSA", "alg": _ALGORITHM, "use": "sig", "kid": _KEY_ID}
        return facts | {"n": _base64(_bytes(numbers.n)), "e": _base64(_bytes(numbers.e))}


def _encoded(value: Json) -> str:
    return _base64(json.dumps(value).encode())


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
