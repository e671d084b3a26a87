"""Signatures without a key of one's own, with the real services on loopback (tests/support/sigstore.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import sigstore
from tests.support.cosign import PREDICATE_TYPE, cosign, statement

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sigstore import Sigstore

WHO = "robot@example.com"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sigstore]:
    with sigstore.serving(tmp_path_factory.mktemp("sigstore")) as running:
        yield running


@pytest.mark.e2e
@pytest.mark.parametrize("version", ["2", "3"])
def test_a_statement_is_signed_without_a_key(services: Sigstore, tmp_path: Path, version: str) -> None:
    signer = cosign(tmp_path, version)
    digest = statement(signer.home / "statement.json")
    options = ["--new-bundle-format", f"--trusted-root={services.trusted_root}", "--bundle=bundle.json"]
    signing = [
        f"--signing-config={services.signing_config}",
        f"--identity-token={services.issuer.token(WHO)}",
    ]
    signer.must("attest-blob", "--statement=statement.json", *signing, "--yes", *options)

    def verified(identity: str) -> subprocess.CompletedProcess[str]:
        subject = ["--digestAlg=sha256", f"--digest={digest}", f"--type={PREDICATE_TYPE}"]
        who = [f"--certificate-identity={identity}", f"--certificate-oidc-issuer={services.issuer.url}"]
        # Rekor of today leaves it to them to tell the time; cosign 2 wants to hear of it
        who.append("--use-signed-timestamps")
        return signer.run("verify-blob-attestation", *who, *subject, *options)

    assert "Verified OK" in verified(WHO).stderr
    assert "no matching CertificateIdentity" in verified("other@example.com").stderr
    assert not (signer.home / ".sigstore").exists(), "it looked for services elsewhere"


@pytest.mark.e2e
def test_a_token_for_somebody_else_gets_no_certificate(services: Sigstore, tmp_path: Path) -> None:
    signer = cosign(tmp_path, "3")
    statement(signer.home / "statement.json")
    token = services.issuer.token(WHO, audience="another")
    argv = ["attest-blob", "--statement=statement.json", "--bundle=bundle.json", "--yes"]
    argv += [f"--signing-config={services.signing_config}", f"--trusted-root={services.trusted_root}"]

    done = signer.run(*argv, f"--identity-token={token}")

    assert done.returncode == 1
    assert "error processing the identity token" in done.stderr
