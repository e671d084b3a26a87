from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helmforge.config import parse_settings
from helmforge.domain.artifact import by_commit
from helmforge.domain.plan import AttestImage, BuildImage
from helmforge.domain.provenance.attachments import BUNDLE_MEDIA_TYPE, STATEMENT_MEDIA_TYPE
from helmforge.domain.provenance.statement import Statement, signed_statement
from helmforge.errors import StepError, ToolError
from helmforge.flows.step_runners import Effect
from tests.flows.attesting import COMMIT, RULES, RUN, SIGNS, Outside, artifact_of_release, attest_step
from tests.flows.releases import service
from tests.support.attachments import Attached, Cosign, MemoryRegistry, Syft

if TYPE_CHECKING:
    from helmforge.domain.oci import Descriptor, ImageRef
    from helmforge.flows.steps import Runners


def _effect(steps: Runners) -> Effect:
    effect = steps.table[AttestImage]
    assert isinstance(effect, Effect)
    return effect


def _attach(steps: Runners, step: AttestImage | None = None) -> dict[str, str]:
    effect, step = _effect(steps), step or attest_step()
    assert effect.probe(step) is None
    facts = effect.act(step, lambda _: None)
    assert facts is not None, "it would be looked at once more"
    assert effect.probe(step) == facts
    return dict(facts)


def _kinds(outside: Outside) -> list[str]:
    return sorted(one.kind for one in outside.registry.attached)


def test_an_image_gets_an_sbom_and_the_provenance_of_its_build() -> None:
    outside = Outside()
    image = outside.registry.image("1.0.0")
    facts = _attach(outside.steps())
    assert _kinds(outside) == ["application/spdx+json", STATEMENT_MEDIA_TYPE]
    assert facts == {
        "image": f"r.example/shop@{image}",
        "sbom": "spdx-json",
        "provenance": "https://slsa.dev/provenance/v1",
        "signature": "none",
    }
    (said,) = (one for one in outside.registry.attached if one.kind == STATEMENT_MEDIA_TYPE)
    statement = Statement.parse(said.content)
    assert (statement.digest, statement.name) == (image, "r.example/shop")
    definition = statement.predicate["buildDefinition"]
    source = "git+https://github.example/acme/shop@refs/heads/release/shop/1.0.0"
    assert definition["resolvedDependencies"] == [{"uri": source, "digest": {"gitCommit": COMMIT}}]
    assert definition["externalParameters"]["service"] == "shop"
    run = statement.predicate["runDetails"]
    assert run["builder"]["id"] == "https://helmforge.dev/builders/github"
    assert run["metadata"] == {}, "who only found the image does not say when and where it was built"


def test_who_built_the_image_says_when_and_where() -> None:
    outside = Outside()
    steps = outside.steps()
    build = steps.table[BuildImage]
    assert isinstance(build, Effect)
    build.act(BuildImage(service(), artifact_of_release(), published=True), lambda _: None)
    _attach(steps)
    (said,) = (one for one in outside.registry.attached if one.kind == STATEMENT_MEDIA_TYPE)
    metadata = Statement.parse(said.content).predicate["runDetails"]["metadata"]
    times = {"startedOn": "2026-11-21T00:00:01Z", "finishedOn": "2026-11-21T00:00:02Z"}
    assert metadata == {"invocationId": RUN.run_url, **times}


def test_each_platform_gets_its_own_sbom() -> None:
    outside = Outside()
    image = outside.registry.image("1.0.0", "linux/amd64", "linux/arm64", "unknown/unknown")
    _attach(outside.steps("sbom: cyclonedx-json"))
    kinds = {(one.subject == image, one.kind) for one in outside.registry.attached}
    assert kinds == {(True, STATEMENT_MEDIA_TYPE), (False, "application/vnd.cyclonedx+json")}
    assert len(outside.sboms.asked) == 2


def test_what_is_there_stays_and_only_the_rest_is_attached() -> None:
    outside = Outside()
    outside.registry.image("1.0.0")
    _attach(outside.steps())
    before = list(outside.registry.attached)
    assert _effect(outside.steps()).probe(attest_step()) is not None
    outside.registry.attached = [one for one in before if one.kind != STATEMENT_MEDIA_TYPE]
    _attach(outside.steps())
    assert len(outside.registry.attached) == len(before)
    assert len(outside.sboms.asked) == 1


def test_everything_is_signed_where_a_key_is_named() -> None:
    outside = Outside()
    image = outside.registry.image("1.0.0")
    asked = "signed: {key: cosign.pub}, sbom: true, slsa: true"
    facts = _attach(outside.steps(SIGNS, asked))
    assert facts["signature"] == "env://COSIGN_PRIVATE_KEY"
    bundles = [one for one in outside.registry.attached if one.kind == BUNDLE_MEDIA_TYPE]
    said = {signed_statement(one.content).predicate_type: one for one in bundles}
    assert sorted(said) == [
        "https://sigstore.dev/cosign/sign/v1",
        "https://slsa.dev/provenance/v1",
        "https://spdx.dev/Document",
    ]
    for kind, one in said.items():
        assert one.subject == signed_statement(one.content).digest == image
        assert one.annotations["dev.sigstore.bundle.predicateType"] == kind
    assert _kinds(outside).count("application/spdx+json") == 1, "scanners look for the plain one"
    assert len(outside.sboms.asked) == 1


def test_what_is_missing_is_said_once_and_the_release_goes_on() -> None:
    outside = Outside(sboms=Syft("syft is not installed"), signer=Cosign(absent="cosign is not installed"))
    outside.registry.image("1.0.0")
    steps = outside.steps(SIGNS)
    assert steps.notes() == ()
    lines: list[str] = []
    _effect(steps).act(attest_step(), lines.append)
    facts = _effect(steps).probe(attest_step())
    assert facts is not None
    assert (facts["sbom"], facts["signature"]) == ("none", "none")
    assert _kinds(outside) == [STATEMENT_MEDIA_TYPE]
    for said in (" ".join(lines), facts["missing"], " ".join(steps.notes())):
        assert "images get no SBOM: syft is not installed" in said
        assert "images are not signed: cosign is not installed" in said
    assert len(steps.notes()) == 2


def test_nothing_is_missing_that_nobody_wants() -> None:
    outside = Outside(sboms=Syft("syft is not installed"), signer=Cosign(absent="cosign is not installed"))
    outside.registry.image("1.0.0")
    steps = outside.steps("sbom: false, slsa: false")
    assert _effect(steps).probe(attest_step()) is not None
    assert steps.notes() == ()


def test_nobody_asks_for_anything_of_a_build_of_a_commit() -> None:
    outside = Outside(sboms=Syft("syft is not installed"), signer=Cosign(absent="cosign is not installed"))
    artifact = by_commit(parse_settings(RULES % ("", "")), service().name, COMMIT)
    outside.registry.image(artifact.version)
    _attach(outside.steps(SIGNS, "signed: {key: cosign.pub}, sbom: true"), attest_step(artifact))
    assert _kinds(outside) == [STATEMENT_MEDIA_TYPE]


def test_each_signature_is_checked_before_it_is_attached_and_once_afterwards() -> None:
    outside = Outside()
    outside.registry.image("1.0.0")
    _effect(outside.steps(SIGNS, "signed: {key: cosign.pub}")).act(attest_step(), lambda _: None)
    assert outside.signer.checked == 2 * _kinds(outside).count(BUNDLE_MEDIA_TYPE)


def test_a_signature_that_production_would_not_accept_is_not_attached() -> None:
    outside = Outside(signer=Cosign(hand=b"somebody"))
    outside.registry.image("1.0.0")
    effect = _effect(outside.steps(f"{SIGNS}, sbom: false", "signed: {key: cosign.pub}"))
    with pytest.raises(
        StepError, match=r"prod would not accept what .* not by the key cosign\.pub"
    ) as caught:
        effect.act(attest_step(), lambda _: None)
    assert caught.value.where.startswith("the signed provenance of r.example/shop@sha256:")
    assert "it is signed by somebody" in caught.value.why
    assert BUNDLE_MEDIA_TYPE not in _kinds(outside)


def test_what_the_registry_does_not_list_afterwards_is_an_error() -> None:
    class Forgetful(MemoryRegistry):
        def referrers(self, subject: ImageRef, kind: str = "") -> tuple[Descriptor, ...]:
            return super().referrers(subject, kind) if kind == STATEMENT_MEDIA_TYPE else ()

    outside = Outside(registry=Forgetful())
    outside.registry.image("1.0.0")
    with pytest.raises(
        StepError, match=r"the SBOM of r\.example/shop@sha256:.* was attached, and does not"
    ) as caught:
        _effect(outside.steps()).act(attest_step(), lambda _: None)
    assert caught.value.why.startswith("no SBOM of")


def test_what_could_not_be_signed_is_named() -> None:
    outside = Outside(signer=Cosign(fails="no such key"))
    outside.registry.image("1.0.0")
    effect = _effect(outside.steps(f"{SIGNS}, sbom: false, slsa: false"))
    with pytest.raises(ToolError, match="cosign could not sign") as caught:
        effect.act(attest_step(), lambda _: None)
    assert caught.value.where.startswith("the signature of r.example/shop@sha256:")
    assert caught.value.why == "no such key"


def test_a_build_of_a_commit_is_signed_without_asking_who_may_sign_releases() -> None:
    outside = Outside(signer=Cosign(hand=b"somebody"))
    artifact = by_commit(parse_settings(RULES % ("", "")), service().name, COMMIT)
    outside.registry.image(artifact.version)
    _attach(outside.steps(SIGNS, "signed: {key: cosign.pub}"), attest_step(artifact))
    assert outside.signer.checked == 0


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"dsseEnvelope": 1}', b"[" * 100_000])
def test_rubbish_of_others_is_neither_counted_nor_in_the_way(content: bytes) -> None:
    outside = Outside()
    image = outside.registry.image("1.0.0")
    kinds = (BUNDLE_MEDIA_TYPE, STATEMENT_MEDIA_TYPE, "application/spdx+json")
    outside.registry.attached += [Attached(image, kind, content) for kind in kinds]
    _attach(outside.steps(SIGNS, "signed: {key: cosign.pub}, sbom: true, slsa: true"))


def test_an_sbom_of_others_is_never_signed() -> None:
    outside = Outside()
    image = outside.registry.image("1.0.0")
    planted = json.dumps({"spdxVersion": "1", "name": "planted"}).encode()
    outside.registry.attached.append(Attached(image, "application/spdx+json", planted))
    _attach(outside.steps(SIGNS))
    bundles = [one for one in outside.registry.attached if one.kind == BUNDLE_MEDIA_TYPE]
    assert not any(
        b"planted" in json.dumps(signed_statement(one.content).predicate).encode() for one in bundles
    )
