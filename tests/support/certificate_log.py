"""A log of certificates (RFC 6962) on loopback, as far as Fulcio and cosign ask for one: it only promises."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import time
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.json_server import JsonServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from tests.support.json_server import Json

_ADD = "/ct/v1/add-pre-chain"
_VERSION, _CERTIFICATE_TIMESTAMP, _PRECERT_ENTRY = 0, 0, 1
_SHA256_WITH_ECDSA = b"\x04\x03"
_SEQUENCE, _EXTENSIONS = 0x30, 0xA3
_SHORT_HEAD, _LONG = 2, 0x80
_POISON = bytes.fromhex("060a2b06010401d679020403")


class CertificateLog(JsonServer):
    """Signs a timestamp (SCT) for each certificate that Fulcio is about to issue; keeps none of them."""

    def __init__(self) -> None:
        super().__init__()
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        """PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def answer(self, path: str, body: bytes) -> Json | None:
        if path != _ADD:
            return None
        chain = [base64.b64decode(item) for item in json.loads(body)["chain"]]
        certificate, issuer = (x509.load_der_x509_certificate(item) for item in chain[:2])
        now = time.time_ns() // 1_000_000
        signed = self._key.sign(_entry(certificate, issuer, now), ec.ECDSA(SHA256()))
        signature = _SHA256_WITH_ECDSA + struct.pack(">H", len(signed)) + signed
        facts = {"sct_version": _VERSION, "id": _base64(hashlib.sha256(self._der).digest())}
        return facts | {"timestamp": now, "extensions": "", "signature": _base64(signature)}

    @property
    def _der(self) -> bytes:
        return _public_der(self._key.public_key())


def _entry(certificate: x509.Certificate, issuer: x509.Certificate, milliseconds: int) -> bytes:
    """What a timestamp signs (RFC 6962, section 3.2), without extensions of its own."""
    head = struct.pack(">BBQH", _VERSION, _CERTIFICATE_TIMESTAMP, milliseconds, _PRECERT_ENTRY)
    content = _without_poison(certificate.tbs_certificate_bytes)
    key_hash = hashlib.sha256(_public_der(issuer.public_key())).digest()
    return head + key_hash + len(content).to_bytes(3, "big") + content + struct.pack(">H", 0)


def _without_poison(draft: bytes) -> bytes:
    """The certificate to come: the draft without the extension that keeps anybody from using it.

    On the bytes, since the names that Fulcio gives its authority do not keep to the letter of X.520.
    """
    *others, wrapped = _elements(_content(draft))
    extensions = [item for item in _elements(_content(_content(wrapped))) if _POISON not in item]
    return _element(_SEQUENCE, *others, _element(_EXTENSIONS, _element(_SEQUENCE, *extensions)))


def _elements(content: bytes) -> Iterator[bytes]:
    while content:
        size = _head_size(content) + len(_content(content))
        yield content[:size]
        content = content[size:]


def _content(element: bytes) -> bytes:
    """Of the first element in these bytes (DER)."""
    start = _head_size(element)
    length = element[1] if start == _SHORT_HEAD else int.from_bytes(element[_SHORT_HEAD:start], "big")
    return element[start : start + length]


def _head_size(element: bytes) -> int:
    return _SHORT_HEAD + (element[1] & 0x7F if element[1] & _LONG else 0)


def _element(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < _LONG:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, _LONG | len(length)]) + length + content


def _public_der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
