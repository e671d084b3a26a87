"""A certificate authority that lives as long as one sandbox.

Needs `cryptography`, an optional dependency: import this module through `controlplane` only,
which explains a missing one.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

_LIFETIME = dt.timedelta(days=30)
_CLOCK_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class KeyPair:
    """Paths of a PEM certificate and of its private key (mode 0600)."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates for servers on loopback and for clients of the Kubernetes API."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("helmforge-sandbox-ca", ())
        builder = _builder(self._name, self._name, self._key)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_key_usage(sign_certificates=True), critical=True)
        certificate = builder.sign(self._key, hashes.SHA256())
        self.certificate = folder / "ca.crt"
        _write(self.certificate, _pem(certificate))

    def issue(self, user: str, *, groups: tuple[str, ...] = ()) -> KeyPair:
        """A certificate for a server on 127.0.0.1 and for the Kubernetes user and groups of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        stem = user.removeprefix("system:")
        pair = KeyPair(self._folder / f"{stem}.crt", self._folder / f"{stem}.key")
        _write(pair.certificate, _pem(self._leaf(_name(user, groups), key)))
        _write(pair.key, _key_pem(key))
        return pair

    def signing_key(self, name: str) -> Path:
        """A private key without a certificate: the API server signs service account tokens with one."""
        path = self._folder / f"{name}.key"
        _write(path, _key_pem(ec.generate_private_key(ec.SECP256R1())))
        return path

    def _leaf(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        loopback = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = _builder(subject, self._name, key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(sign_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(loopback), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(user: str, groups: tuple[str, ...]) -> x509.Name:
    """Kubernetes reads the user from CN and the groups from O."""
    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*organizations, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
    )


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    pem = serialization.Encoding.PEM
    form = (
        serialization.PrivateFormat.TraditionalOpenSSL
    )  # the API server reads the public key out of this only
    return key.private_bytes(pem, form, serialization.NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
