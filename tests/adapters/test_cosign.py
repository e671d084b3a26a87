"""The real cosign behind `Signer`: which bundles count."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.provenance.cosign import Cosign
from helmforge.domain.oci import Digest
from helmforge.domain.provenance.attachments import SIGNATURE_TYPE
from helmforge.domain.provenance.policy import SignerKeys, Signing, SigningFiles, TrustedSigner
from helmforge.domain.provenance.statement import signed_statement
from helmforge.errors import MissingToolError, ToolError, UnreachableError
from tests.support import cosign as real
from tests.support.signers import BY_VARIABLE, IMAGE, SAID, Hand, hand

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", params=real.VERSIONS)
def signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hand:
    return hand(tmp_path_factory.mktemp("signer"), request.param)


def _problem(signer: Hand, bundle: bytes, kind: str = SIGNATURE_TYPE, digest: Digest = IMAGE) -> str:
    return signer.adapter.problem(bundle, kind, digest, signer.keys)


@pytest.mark.parametrize("key", ["env://COSIGN_PRIVATE_KEY", "cosign.key"])
def test_what_is_signed_is_read_and_counts(signer: Hand, key: str) -> None:
    bundle = signer.sign(signing=Signing(key))
    assert signed_statement(bundle) == SAID
    assert _problem(signer, bundle) == ""
    assert not (signer.tool.home / ".sigstore").exists(), "it asked the public Sigstore"


def test_neither_what_is_signed_nor_temporary_files_are_in_the_log(signer: Hand) -> None:
    lines: list[str] = []
    signer.adapter.sign(SAID.to_json(), BY_VARIABLE, SigningFiles(), lines.append)
    assert not any("predicateType" in line or "/helmforge-" in line for line in lines)


def test_it_counts_for_its_image_its_type_and_its_key_only(signer: Hand, tmp_path: Path) -> None:
    bundle = signer.sign()
    assert "digest does not match" in _problem(signer, bundle, digest=Digest(f"sha256:{'2' * 64}"))
    assert "invalid predicate type" in _problem(signer, bundle, "https://slsa.dev/provenance/v1")
    other = real.cosign(tmp_path / "other", "3").public_key.read_bytes()
    foreign = replace(signer.keys, public=(other,))
    assert "could not verify" in signer.adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, foreign)
    rotated = replace(signer.keys, public=(other, *signer.keys.public))
    assert signer.adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, rotated) == ""


def test_a_sigstore_that_cannot_be_asked_is_no_verdict(signer: Hand) -> None:
    bundle = signer.sign()
    logged = replace(signer.keys, signer=TrustedSigner(key="cosign.pub", transparency_log=True))
    nobody = Hand(signer.tool, signer.environment | {"HTTPS_PROXY": "http://127.0.0.1:9"})
    with pytest.raises(UnreachableError, match="the public Sigstore did not tell whom to trust"):
        nobody.adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, logged)


def test_no_changed_byte_of_a_bundle_counts_for_something_else(signer: Hand) -> None:
    """A sample: every byte takes a minute. What still counts is what was signed, letter by letter."""
    bundle = signer.sign()
    unharmed = 0
    for at in range(0, len(bundle), 23):
        changed = bytearray(bundle)
        changed[at] ^= 1
        if not _problem(signer, bytes(changed)):
            assert signed_statement(bytes(changed)) == SAID
            unharmed += 1
    assert unharmed < len(bundle) / 23 / 2, "what was changed was not looked at"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"dsseEnvelope": {}}'])
def test_rubbish_is_explained(signer: Hand, content: bytes) -> None:
    assert _problem(signer, content)


def test_a_name_that_looks_like_an_option_is_none(signer: Hand, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cosign could not sign") as caught:
        signer.sign(signing=Signing(f"--output-file={tmp_path}/made"))
    assert "cosign.key" not in caught.value.why
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("key", ["env://COSIGN_PRIVATE_KEY", "cosign.key"])
def test_the_public_half_of_the_key_is_known_beforehand(signer: Hand, key: str, tmp_path: Path) -> None:
    public = signer.adapter.public_key(Signing(key))
    assert signer.keys.include(public)
    assert not hand(tmp_path, "3").keys.include(public)


@pytest.mark.parametrize(
    ("key", "changes", "hint"),
    [
        ("env://HELMFORGE_OTHER_KEY", {}, "give this job the private key in that variable"),
        ("env://COSIGN_PRIVATE_KEY", {"COSIGN_PASSWORD": "wrong"}, "COSIGN_PASSWORD"),
        ("env://COSIGN_PRIVATE_KEY", {"COSIGN_PASSWORD": None}, "give this job the password of the key"),
        ("missing.key", {}, "check the key"),
        ("--output-file=made", {}, "check the key"),
    ],
)
def test_a_key_that_cannot_be_used(signer: Hand, key: str, changes: dict[str, str | None], hint: str) -> None:
    environment = {k: v for k, v in (signer.environment | changes).items() if v is not None}
    with pytest.raises(ToolError, match=r"cosign cannot use the key of provenance\.sign") as caught:
        replace(signer, environment=environment).adapter.public_key(Signing(key))
    assert hint in caught.value.hint
    assert caught.value.why
    assert not (signer.tool.home / "made").exists()


@pytest.mark.integration
@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_said_and_not_asked_for(tmp_path: Path, password: str) -> None:
    signer = hand(tmp_path, "3", COSIGN_PASSWORD=password)
    with pytest.raises(ToolError, match="cosign could not sign") as caught:
        signer.sign()
    assert "decrypt" in caught.value.why
    assert "COSIGN_PASSWORD" in caught.value.hint


@pytest.mark.integration
def test_no_secret_is_in_an_argument(tmp_path: Path) -> None:
    signer = hand(tmp_path, "3")
    program, log = tmp_path / "bin/cosign", tmp_path / "seen"
    program.unlink()
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {signer.tool.program} "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    signer.environment["PATH"] += f":{os.defpath}"
    signer.sign()
    seen = log.read_text(encoding="utf-8")
    assert real.PASSWORD not in seen
    assert "PRIVATE KEY" not in seen


def test_without_cosign_nothing_passes(tmp_path: Path) -> None:
    adapter = Cosign(Runner({"PATH": str(tmp_path)}), tmp_path)
    assert "cosign is not installed" in adapter.missing()
    keys = SignerKeys(TrustedSigner(key="cosign.pub"), (b"",))
    with pytest.raises(MissingToolError, match="a signature cannot be checked"):
        adapter.problem(b"{}", SIGNATURE_TYPE, IMAGE, keys)


def test_a_signer_cannot_pass_for_a_sigstore_that_cannot_be_asked(tmp_path: Path) -> None:
    said = 'failed to verify certificate identity: expected SAN "https://ci", got "https://TUF/dial tcp"'
    (tmp_path / "cosign").write_text(f"#!/bin/sh\necho 'Error: {said}' >&2\nexit 1\n", encoding="utf-8")
    (tmp_path / "cosign").chmod(0o755)
    adapter = Cosign(Runner({"PATH": f"{tmp_path}:{os.defpath}"}), tmp_path)
    keys = SignerKeys(TrustedSigner(identity="https://ci", issuer="https://ci"), identity="https://ci")
    assert adapter.problem(b"{}", SIGNATURE_TYPE, IMAGE, keys) == said


def test_a_cosign_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "cosign"
    old.write_text(
        "#!/bin/sh\necho 'Error: unknown flag: --new-bundle-format' >&2\nexit 1\n", encoding="utf-8"
    )
    old.chmod(0o755)
    adapter = Cosign(Runner({"PATH": f"{tmp_path}:{os.defpath}"}), tmp_path)
    keys = SignerKeys(TrustedSigner(key="cosign.pub"), (b"",))
    for call in (
        lambda: adapter.sign(b"{}", BY_VARIABLE, SigningFiles(), lambda _: None),
        lambda: adapter.problem(b"{}", SIGNATURE_TYPE, IMAGE, keys),
    ):
        with pytest.raises(MissingToolError, match="too old") as caught:
            call()
        assert "2.6" in caught.value.hint
