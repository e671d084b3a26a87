"""The tools of provenance that setup brings: syft and both cosigns."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from dev.go_families import COSIGN_2, COSIGN_3, module_version
from tests.support.cosign import PREDICATE_TYPE, VERSIONS, cosign, statement
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cosign import Cosign


@pytest.fixture(params=VERSIONS)
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Cosign:
    return cosign(tmp_path / "signer", request.param)


def test_cosign_tells_which_one_it_is(signer: Cosign) -> None:
    (family,) = (family for family in (COSIGN_2, COSIGN_3) if family.name in str(signer.program))

    told = json.loads(signer.run("version", "--json").stdout)

    assert told["gitVersion"] == module_version(*family.version)


def test_a_statement_is_signed_with_a_key_without_any_service(signer: Cosign) -> None:
    digest = statement(signer.home / "statement.json")
    options = ["--new-bundle-format", f"--trusted-root={signer.trusted_root}", "--bundle=bundle.json"]
    config = f"--signing-config={signer.signing_config}"
    key = f"--key={signer.private_key}"
    signer.must("attest-blob", key, "--statement=statement.json", config, "--yes", *options)

    def verified(digest: str) -> subprocess.CompletedProcess[str]:
        subject = ["--digestAlg=sha256", f"--digest={digest}", f"--type={PREDICATE_TYPE}"]
        key = [f"--key={signer.public_key}", "--insecure-ignore-tlog"]
        return signer.run("verify-blob-attestation", *key, *subject, *options)

    assert "Verified OK" in verified(digest).stderr
    assert "does not match any digest" in verified("0" * 64).stderr
    assert verified("0" * 64).returncode == 1
    assert not (signer.home / ".sigstore").exists(), "it looked for services elsewhere"


@pytest.mark.integration
def test_syft_lists_what_is_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("click==8.2.1\n", encoding="utf-8")
    environment = {"HOME": str(tmp_path), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    argv = [str(require_tool("syft")), "scan", f"dir:{tmp_path}", "--output=spdx-json", "--quiet"]

    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)

    assert "click" in {package["name"] for package in json.loads(done.stdout)["packages"]}
