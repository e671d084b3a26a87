from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.config import parse_settings
from helmforge.domain.provenance.policy import (
    Provenance,
    SbomFormat,
    Signing,
    TrustedSigner,
)
from helmforge.errors import ConfigError
from tests.config.examples import DESIGN

if TYPE_CHECKING:
    from helmforge.domain.provenance.policy import (
        ProvenancePolicy,
    )

PROD = "    imageNamespace: prod\n"
ISSUER = "https://token.example"


def _provenance(text: str) -> Provenance:
    return parse_settings(f"{DESIGN}provenance: {text}\n").provenance


def _policy(text: str) -> ProvenancePolicy:
    return parse_settings(DESIGN.replace(PROD, f"{PROD}    provenance: {text}\n")).environments[1].provenance


def test_without_a_word_there_is_an_sbom_where_syft_is_and_provenance_and_nobody_asks_for_it() -> None:
    settings = parse_settings(DESIGN)
    assert settings.provenance == Provenance(SbomFormat.SPDX, slsa=True, sign=None)
    assert [one.provenance.demanding for one in settings.environments] == [False, False]


def test_what_is_attached() -> None:
    assert _provenance("{sbom: cyclonedx-json}").sbom is SbomFormat.CYCLONEDX
    assert _provenance("{sbom: false, slsa: false}") == Provenance(None, slsa=False)


@pytest.mark.parametrize(
    ("text", "signing"),
    [
        ("{key: 'env://COSIGN_PRIVATE_KEY'}", Signing("env://COSIGN_PRIVATE_KEY")),
        ("{key: 'env://HELMFORGE_SIGNING_KEY'}", Signing("env://HELMFORGE_SIGNING_KEY")),
        ("{key: 'awskms:///alias/x', transparencyLog: true}", Signing("awskms:///alias/x", True)),
        ("{key: /run/secrets/cosign.key}", Signing("/run/secrets/cosign.key")),
        ("{keyless: true}", Signing("", True)),
        ("{keyless: true, signingConfig: ci/s.json}", Signing("", True, "ci/s.json")),
    ],
)
def test_the_public_log_gets_entries_of_those_only_who_need_it(text: str, signing: Signing) -> None:
    assert _provenance(f"{{sign: {text}}}").sign == signing


def test_whose_signature_counts() -> None:
    assert _policy("{signed: {key: ci/cosign.pub}}").signed == TrustedSigner(key="ci/cosign.pub")
    identity = "https://ci.example/{service}@refs/heads/release/{service}/{version}"
    keyless = _policy(f"{{signed: {{identity: '{identity}', issuer: '{ISSUER}'}}}}").signed
    assert keyless == TrustedSigner(identity=identity, issuer=ISSUER, transparency_log=True)
    assert keyless.identity_of("shop", "v1.0.0") == "https://ci.example/shop@refs/heads/release/shop/v1.0.0"


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            "{sbom: spdx}",
            "sbom",
            "one of spdx-json, cyclonedx-json, false, got 'spdx'; did you mean 'spdx-json'?",
        ),
        ("{sbom: true}", "sbom", "one of spdx-json, cyclonedx-json, false"),
        ("{sign: {}}", "sign", "either `key` or `keyless: true`"),
        ("{sign: {key: a, keyless: true}}", "sign", "either `key` or `keyless: true`"),
        ("{sign: {keyless: false}}", "sign.keyless", "one of true"),
        ("{sign: {key: --kms}}", "sign.key", "a key as cosign names it"),
        ("{sign: {key: 'a b'}}", "sign.key", "a key as cosign names it"),
        ("{sign: {key: 'env://NPM_TOKEN'}}", "sign.key", "a variable that tests and builds do not see"),
        ("{sign: {key: 'env://HELMFORGE_KEY_2'}}", "sign.key", "COSIGN_PRIVATE_KEY, or HELMFORGE_..._KEY"),
        (
            "{sign: {key: 'env://HELMFORGE_$(x)_KEY'}}",
            "sign.key",
            "HELMFORGE_..._KEY, got 'HELMFORGE_$(x)_KEY'",
        ),
        ("{sign: {key: 'env://HELMFORGE_PASSWORD'}}", "sign.key", "COSIGN_PRIVATE_KEY, or HELMFORGE_..._KEY"),
        ("{sign: {key: 'env://'}}", "sign.key", "COSIGN_PRIVATE_KEY, or HELMFORGE_..._KEY"),
        ("{sign: {keyless: true, signingConfig: /etc/x}}", "sign.signingConfig", "it is absolute"),
    ],
)
def test_what_cannot_be_attached_so(text: str, path: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _provenance(text)
    assert caught.value.where == f"helmforge.yaml:21 provenance.{path}"
    assert words in caught.value.why


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("{signed: {}}", "signed", "either `key`, or `identity` and `issuer`"),
        (f"{{signed: {{key: a.pub, issuer: '{ISSUER}'}}}}", "signed", "either `key`, or"),
        ("{signed: {identity: me}}", "signed", "either `key`, or"),
        (f"{{signed: {{issuer: '{ISSUER}'}}}}", "signed", "either `key`, or"),
        ("{signed: {key: ../a.pub}}", "signed.key", "leaves the repository"),
        ("{signed: {key: a.pub, trustedRoot: /a}}", "signed.trustedRoot", "it is absolute"),
        (f"{{signed: {{identity: '{{team}}', issuer: '{ISSUER}'}}}}", "signed.identity", "only {service}"),
        ("{signed: {identity: 'a b', issuer: x}}", "signed.issuer", "a URL"),
        ("{sbom: 1}", "sbom", "true or false"),
    ],
)
def test_what_cannot_be_asked_for(text: str, path: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _policy(text)
    assert (
        f"helmforge.yaml:18 environments.prod.provenance.{path}" in f"{caught.value.where} {caught.value.why}"
    )
    assert words in caught.value.why


def test_only_a_promotion_asks() -> None:
    text = DESIGN.replace(
        "    deploy: on-release\n", "    deploy: on-release\n    provenance: {slsa: true}\n"
    )
    with pytest.raises(ConfigError, match="only a promotion asks for it, and `deploy: on-release` has none"):
        parse_settings(text)
