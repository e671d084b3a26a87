"""What a release lacks for its provenance is said before anything is built."""

from __future__ import annotations

import pytest

from helmforge.config import parse_settings
from helmforge.domain.artifact import by_commit
from helmforge.domain.plan import CheckProvenance
from helmforge.errors import MissingToolError, StepError, ToolError, UsageError
from helmforge.flows.step_runners import Check, Nothing
from tests.flows.attesting import COMMIT, RULES, SIGNS, Outside, artifact_of_release
from tests.flows.releases import service
from tests.support.attachments import Cosign, Syft, public_key

ASKS = "signed: {key: cosign.pub}"


def check(outside: Outside, rules: str, asked: str, *, commit: str = "") -> dict[str, str]:
    """Of a release, or of the build of a commit."""
    artifact = artifact_of_release()
    if commit:
        artifact = by_commit(parse_settings(RULES % ("", "")), service().name, commit)
    runner = outside.steps(rules, asked).table[CheckProvenance]
    assert isinstance(runner, Check)
    found = runner.run(CheckProvenance(service(), artifact), lambda _: None)
    assert not isinstance(found, Nothing)
    return dict(found)


def bare() -> Outside:
    return Outside(sboms=Syft("syft is not installed"), signer=Cosign(absent="cosign is not installed"))


def test_it_says_what_images_will_get() -> None:
    facts = {"sbom": "spdx-json", "provenance": "https://slsa.dev/provenance/v1"}
    assert check(Outside(), SIGNS, ASKS) == facts | {"signature": "env://COSIGN_PRIVATE_KEY"}
    assert check(Outside(), "", "slsa: true") == facts | {"signature": "none"}


@pytest.mark.parametrize(
    ("rules", "asked", "what"),
    [
        ("", "sbom: true", "images get no SBOM: syft is not installed"),
        (SIGNS, ASKS, "images are not signed: cosign is not installed"),
    ],
)
def test_a_program_that_an_environment_needs(rules: str, asked: str, what: str) -> None:
    with pytest.raises(MissingToolError) as caught:
        check(bare(), rules, asked)
    assert caught.value.what == what
    assert "environments.prod.provenance" in caught.value.why


def test_what_nobody_asks_for_may_be_missing() -> None:
    missing = check(bare(), SIGNS, "slsa: true")["missing"]
    assert "syft is not installed" in missing
    assert "cosign is not installed" in missing


def test_of_a_build_of_a_commit_nobody_asks_anything() -> None:
    assert "missing" in check(bare(), SIGNS, f"{ASKS}, sbom: true", commit=COMMIT)
    foreign = Outside(signer=Cosign(hand=b"somebody"))
    assert check(foreign, SIGNS, ASKS, commit=COMMIT)["signature"] == "env://COSIGN_PRIVATE_KEY"


@pytest.mark.parametrize("commit", ["", COMMIT])
def test_a_key_that_cannot_be_used(commit: str) -> None:
    with pytest.raises(ToolError, match="no such key"):
        check(Outside(signer=Cosign(fails="no such key")), SIGNS, ASKS, commit=commit)


@pytest.mark.parametrize(
    ("rules", "asked", "why"),
    [
        (SIGNS, ASKS, "the public key in the trunk belongs to another private key"),
        ("sign: {keyless: true}", ASKS, "provenance.sign has no key"),
        (
            SIGNS,
            "signed: {identity: 'https://ci.example/{service}', issuer: 'https://ci.example'}",
            "provenance.sign has a key, which stands for no identity",
        ),
    ],
)
def test_what_an_environment_would_not_accept(rules: str, asked: str, why: str) -> None:
    with pytest.raises(StepError, match="prod would not accept what") as caught:
        check(Outside(signer=Cosign(hand=b"somebody")), rules, asked)
    assert (caught.value.where, caught.value.why) == (
        "helmforge.yaml environments.prod.provenance.signed",
        why,
    )


def test_one_of_several_public_keys_is_enough() -> None:
    rotated = public_key(b"else") + public_key(b"ours")
    assert check(Outside(files={"cosign.pub": rotated}), SIGNS, ASKS)


def test_a_keyless_signature_is_whose_it_will_be() -> None:
    asked = "signed: {identity: 'https://ci.example/{service}', issuer: 'https://ci.example'}"
    assert check(Outside(), "sign: {keyless: true}", asked)["signature"] == "keyless"


@pytest.mark.parametrize(
    ("rules", "path", "where"),
    [
        (SIGNS, "cosign.pub", "environments.prod.provenance.signed.key"),
        ("sign: {keyless: true, signingConfig: s.json}", "s.json", "provenance.sign.signingConfig"),
        ("sign: {keyless: true, trustedRoot: r.json}", "r.json", "provenance.sign.trustedRoot"),
    ],
)
def test_a_file_that_the_trunk_lacks_is_named(rules: str, path: str, where: str) -> None:
    asked = ASKS if path == "cosign.pub" else "slsa: true"
    with pytest.raises(UsageError, match=f"there is no file {path} on main") as caught:
        check(Outside(files={}), rules, asked)
    assert caught.value.where == f"helmforge.yaml {where}"
