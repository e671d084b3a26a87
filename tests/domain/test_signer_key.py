from __future__ import annotations

import pytest

from helmforge.domain.provenance.policy import public_key_problem


def _pem(kind: str) -> bytes:
    return f"-----BEGIN {kind}-----\nMFkw\n-----END {kind}-----\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        _pem("PUBLIC KEY"),
        _pem("RSA PUBLIC KEY"),
        _pem("PUBLIC KEY").replace(b"\n", b"\r\n"),
        b"# of the release job\n" + _pem("PUBLIC KEY"),
        b"# since June\n" + _pem("PUBLIC KEY") + b"# before\n" + _pem("RSA PUBLIC KEY"),
    ],
)
def test_what_holds_public_keys_only_is_taken(content: bytes) -> None:
    assert public_key_problem(content) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_pem("ENCRYPTED SIGSTORE PRIVATE KEY"), "it holds a private key"),
        (_pem("PRIVATE KEY").replace(b"\n", b"\r\n"), "it holds a private key"),
        (_pem("PUBLIC KEY") + _pem("EC PRIVATE KEY"), "it holds a private key"),
        (_pem("CERTIFICATE"), "it holds something else than a public key: CERTIFICATE"),
        (_pem("PUBLIC KEY") + _pem("CERTIFICATE"), "it holds something else than a public key: CERTIFICATE"),
        (_pem("PUBLIC KEY") + b"-----BEGIN PUBLIC KEY-----\nMFkw\n", "a public key in it has no end"),
        (b"-----BEGIN PUBLIC KEY-----\nMF\n-----END RSA PUBLIC KEY-----\n", "a public key in it has no end"),
        (b"", "it holds no public key"),
        (b"https://keys.example/cosign.pub\n", "it holds no public key"),
        (b"awskms:///alias/release", "it holds no public key"),
        (b"../keys/cosign.pub", "it holds no public key"),
        (b"ssh-ed25519 AAAAC3Nza", "it holds no public key"),
        (b"\xef\xbb\xbf" + _pem("PUBLIC KEY"), "it holds no public key"),
    ],
)
def test_anything_else_is_none(content: bytes, said: str) -> None:
    assert public_key_problem(content).startswith(said)
