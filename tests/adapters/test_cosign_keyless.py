"""Signatures without a key behind `Signer`, with an own Sigstore on loopback."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.provenance.cosign import Cosign
from helmforge.domain.oci import Digest
from helmforge.domain.provenance.attachments import SIGNATURE_TYPE
from helmforge.domain.provenance.policy import SignerKeys, Signing, SigningFiles, TrustedSigner
from helmforge.domain.provenance.statement import Statement
from helmforge.errors import ToolError
from tests.support import sigstore
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sigstore import Sigstore

pytestmark = pytest.mark.e2e
IMAGE = Digest(f"sha256:{'1' * 64}")
SAID = Statement("r.example/shop", IMAGE, SIGNATURE_TYPE, {})
WHO = "robot@example.com"
KEYLESS = Signing(transparency_log=True)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sigstore]:
    with sigstore.serving(tmp_path_factory.mktemp("sigstore")) as running:
        yield running


@pytest.fixture(params=["cosign2", "cosign3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "cosign").symlink_to(require_tool(request.param))
    return tmp_path


def _adapter(folder: Path, token: str = "") -> Cosign:
    environment = {"PATH": f"{folder}:{os.defpath}", "HOME": str(folder)}
    return Cosign(Runner(environment | ({"SIGSTORE_ID_TOKEN": token} if token else {})), folder)


def _files(services: Sigstore) -> SigningFiles:
    return SigningFiles(services.signing_config.read_bytes(), services.trusted_root.read_bytes())


def _keys(services: Sigstore, identity: str = WHO, *, log: bool = True) -> SignerKeys:
    trusted = TrustedSigner(identity=identity, issuer=services.issuer.url, transparency_log=log)
    return SignerKeys(trusted, (), identity, services.trusted_root.read_bytes())


def _signed(services: Sigstore, folder: Path, who: str = WHO) -> bytes:
    adapter = _adapter(folder, services.issuer.token(who))
    return adapter.sign(SAID.to_json(), KEYLESS, _files(services), lambda _: None)


def test_it_counts_for_its_identity_its_issuer_and_its_image(services: Sigstore, folder: Path) -> None:
    bundle, adapter = _signed(services, folder), _adapter(folder)
    assert adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, _keys(services)) == ""
    assert adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, _keys(services, log=False)) == ""
    for who in ("other@example.com", "robot@example.com.evil", "ROBOT@example.com", ".*", ""):
        assert adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, _keys(services, who))
    elsewhere = TrustedSigner(identity=WHO, issuer="https://evil.example", transparency_log=True)
    keys = SignerKeys(elsewhere, (), WHO, services.trusted_root.read_bytes())
    assert adapter.problem(bundle, SIGNATURE_TYPE, IMAGE, keys)
    assert adapter.problem(bundle, SIGNATURE_TYPE, Digest(f"sha256:{'2' * 64}"), _keys(services))
    assert not (folder / ".sigstore").exists(), "it asked the public Sigstore"


def test_what_no_log_and_no_clock_has_seen_does_not_count(services: Sigstore, folder: Path) -> None:
    bundle, adapter = json.loads(_signed(services, folder)), _adapter(folder)
    unseen = bundle["verificationMaterial"]
    unseen.pop("tlogEntries")
    assert adapter.problem(json.dumps(bundle).encode(), SIGNATURE_TYPE, IMAGE, _keys(services))
    unseen.pop("timestampVerificationData")
    relaxed = _keys(services, log=False)
    assert adapter.problem(json.dumps(bundle).encode(), SIGNATURE_TYPE, IMAGE, relaxed)


def test_without_an_identity_it_fails_and_waits_for_nobody(services: Sigstore, folder: Path) -> None:
    token = services.issuer.token(WHO, audience="another")
    with pytest.raises(ToolError, match="cosign could not sign") as caught:
        _adapter(folder, token).sign(SAID.to_json(), KEYLESS, _files(services), lambda _: None)
    assert "identity token" in caught.value.hint
    assert token not in f"{caught.value} {caught.value.why}"
