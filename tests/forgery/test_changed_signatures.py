"""Each byte of a signed approval, changed: none of them counts."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git import signatures
from helmforge.adapters.process import Runner
from helmforge.domain.git import AnnotatedTag, Person, Signature, TrustedKeys
from tests.forgery.court import ADA, NOW, PREFIX
from tests.forgery.keys import SshKeys, gpg_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
TAG = PREFIX + ADA
BASE64 = (string.ascii_letters + string.digits + "+/").encode()


@dataclass(frozen=True)
class Signed:
    """A tag object that counts, and what decides that."""

    runner: Runner
    tag: AnnotatedTag
    raw: bytes
    keys: TrustedKeys

    def check(self, raw: bytes) -> Signature:
        return signatures.check(self.runner, self.tag, raw, self.keys)

    def accepted(self, changes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of the changes, (place, other byte), that nobody notices."""
        changed = ((at, byte, self.raw[:at] + bytes([byte]) + self.raw[at + 1 :]) for at, byte in changes)
        return [(at, byte) for at, byte, raw in changed if not self.check(raw).problem]


@pytest.fixture(params=["ssh", "gpg"])
def signed(request: pytest.FixtureRequest, _court: Court, tmp_path: Path) -> Iterator[Signed]:
    plain = _court.raw(TAG, _court.document())
    tag = AnnotatedTag(TAG, TAG, _court.commit, Person("Ada", ADA), NOW, _court.document())
    runner = Runner(_court.repo.environment)
    if request.param == "ssh":
        ssh = SshKeys(tmp_path)
        keys = TrustedKeys(allowed_signers=ssh.allowed((ADA, "ada")).encode())
        yield Signed(runner, tag, ssh.sign(plain, "ada").encode(), keys)
        return
    with gpg_keys() as gpg:
        gpg.make(f"Ada <{ADA}>")
        keys = TrustedKeys(keyring=gpg.public(ADA).encode())
        yield Signed(runner, tag, gpg.sign(plain, ADA).encode(), keys)


def test_no_changed_byte_is_accepted(signed: Signed) -> None:
    """Every byte of the whole object. OpenPGP does not sign all of its own signature (a hint of the hash,
    unhashed subpackets): there it is the checksum of the armor that tells.
    """
    assert signed.check(signed.raw) == Signature()
    assert signed.accepted((at, byte ^ 1) for at, byte in enumerate(signed.raw)) == []


def test_another_text_for_the_same_signature_is_not_accepted(signed: Signed) -> None:
    """The last character of Base64 may hold bits that no reader looks at."""
    lines = signed.raw.rstrip(b"\n").splitlines(keepends=True)
    body = [line for line in lines[:-1] if not line.startswith((b"=", b"-"))][-1]
    at = signed.raw.rindex(body) + len(body.rstrip(b"=\n")) - 1
    others = (byte for byte in BASE64 if byte != signed.raw[at])
    assert signed.accepted((at, byte) for byte in others) == []
