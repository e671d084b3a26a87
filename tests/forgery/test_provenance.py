"""What is attached to an image by somebody who may push to the registry, and must not count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.attachments import BUNDLE_MEDIA_TYPE, SIGNATURE_TYPE
from helmforge.domain.provenance.statement import Statement
from helmforge.errors import RefusedError, UsageError
from tests.flows.releases import service
from tests.forgery.attaching import ALL, PLAIN, SIGNED, Scene, artifact_of, build, sbom, signature
from tests.support.attachments import bundle_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("asked", ["", SIGNED, ALL, PLAIN])
def test_an_image_with_everything_is_let_in(asked: str) -> None:
    scene = Scene()
    scene.good()
    scene.promote(asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (SIGNED, "no signature of r.example/shop@"),
        ("slsa: true", "no provenance of r.example/shop@"),
        ("sbom: true", "no SBOM of r.example/shop@"),
        (ALL, "no signed provenance of r.example/shop@"),
        (ALL, "no signed SBOM of r.example/shop@"),
    ],
)
def test_an_image_with_nothing_is_refused_with_all_reasons(asked: str, said: str) -> None:
    with pytest.raises(RefusedError, match=r"shop 1\.0\.0 lacks the provenance that prod asks for") as caught:
        Scene().promote(asked)
    assert said in caught.value.why
    assert "helmforge pipeline run --ref release/shop/1.0.0" in caught.value.hint


@pytest.mark.parametrize(
    ("asked", "made", "hint"),
    [
        (SIGNED, "", "only with provenance.sign: set it"),
        (
            PLAIN,
            "provenance: {sbom: false, slsa: false}",
            "only with provenance.sbom, provenance.slsa: set it",
        ),
        (PLAIN, "", "attaches what can be attached where it runs"),
        (SIGNED, "provenance: {sign: {keyless: true}}", "attaches what can be attached where it runs"),
    ],
)
def test_what_no_pipeline_would_attach_is_named(asked: str, made: str, hint: str) -> None:
    with pytest.raises(RefusedError) as caught:
        Scene().promote(asked, made)
    assert hint in caught.value.hint


def _unsigned(scene: Scene) -> None:
    scene.registry.attached = [one for one in scene.registry.attached if one.kind != BUNDLE_MEDIA_TYPE]


def _by_another(scene: Scene) -> None:
    scene.registry.attached = []
    scene.good(hand=b"eve")


def _of_another_image(scene: Scene) -> None:
    scene.without(SIGNATURE_TYPE)
    scene.say(scene.image, signature(scene.other))


def _at_another_image(scene: Scene) -> None:
    scene.without(SIGNATURE_TYPE)
    scene.say(scene.other, signature(scene.image))


def _only_at_a_platform(scene: Scene) -> None:
    scene.without(SIGNATURE_TYPE)
    scene.say(scene.platforms[0], signature(scene.platforms[0]))


def _a_signed_sbom_for_a_signature(scene: Scene) -> None:
    scene.without(SIGNATURE_TYPE)
    scene.say(scene.image, sbom(scene.image))


def _of_another_version(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, build(scene.image, artifact_of("1.0.1")))


def _of_another_commit(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, build(scene.image, artifact_of(commit="d" * 40)))


def _of_another_service(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, build(scene.image, replace(artifact_of(), service=service("mail").name)))


def _of_another_builder(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    said = build(scene.image)
    predicate = json.loads(json.dumps(said.predicate))
    predicate["buildDefinition"]["buildType"] = "https://example.com/make"
    scene.say(scene.image, replace(said, predicate=predicate))


def _a_signed_predicate_of_nothing(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, Statement("", scene.image, slsa.PREDICATE_TYPE, {"buildDefinition": [1]}))


def _one_platform_without_sbom(scene: Scene) -> None:
    scene.registry.attached = [one for one in scene.registry.attached if one.subject != scene.platforms[1]]


def _an_sbom_of_the_other_platform(scene: Scene) -> None:
    _one_platform_without_sbom(scene)
    scene.say(scene.platforms[1], sbom(scene.platforms[0]))


def _an_sbom_that_is_none(scene: Scene) -> None:
    _one_platform_without_sbom(scene)
    scene.say(scene.platforms[1], sbom(scene.platforms[1], {"packages": []}))


def _about_two_images(scene: Scene) -> None:
    scene.without(SIGNATURE_TYPE)
    document = json.loads(signature(scene.image).to_json())
    document["subject"] += json.loads(signature(scene.other).to_json())["subject"]
    scene.put(scene.image, BUNDLE_MEDIA_TYPE, bundle_of(json.dumps(document).encode(), b"ours"))


def _drowned(scene: Scene) -> None:
    """What counts is there, behind more than anybody looks at."""
    good, scene.registry.attached = scene.registry.attached, []
    for number in range(60):
        scene.say(scene.image, Statement(str(number), scene.image, SIGNATURE_TYPE, {}), b"eve")
    scene.registry.attached += good


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _by_another,
        _of_another_image,
        _at_another_image,
        _only_at_a_platform,
        _a_signed_sbom_for_a_signature,
        _of_another_version,
        _of_another_commit,
        _of_another_service,
        _of_another_builder,
        _a_signed_predicate_of_nothing,
        _one_platform_without_sbom,
        _an_sbom_of_the_other_platform,
        _an_sbom_that_is_none,
        _about_two_images,
        _drowned,
    ],
)
def test_no_forgery_is_accepted(forge: Callable[[Scene], None]) -> None:
    scene = Scene()
    scene.good()
    forge(scene)
    with pytest.raises(RefusedError):
        scene.promote(ALL)


@pytest.mark.parametrize(
    "forge", [_of_another_version, _of_another_commit, _an_sbom_that_is_none, _one_platform_without_sbom]
)
def test_without_a_signature_the_contents_are_looked_at_all_the_same(forge: Callable[[Scene], None]) -> None:
    scene = Scene()
    scene.good()
    scene.registry.attached = [one for one in scene.registry.attached if one.kind == BUNDLE_MEDIA_TYPE]
    forge(scene)
    with pytest.raises(RefusedError):
        scene.promote(PLAIN)


def test_what_is_no_statement_of_the_kind_costs_no_call_of_cosign() -> None:
    scene = Scene()
    scene.good()
    _of_another_version(scene)
    with pytest.raises(RefusedError):
        scene.promote(f"{SIGNED}, slsa: true")
    assert scene.signer.checked == 1, "the signature of the image, which is good"


def test_a_key_that_the_trunk_lacks_is_an_error_and_no_pass() -> None:
    scene = Scene()
    scene.good()
    with pytest.raises(UsageError, match=r"there is no file gone\.pub on main"):
        scene.promote("signed: {key: gone.pub}")


def test_what_is_no_public_key_is_said_before_cosign_is_asked() -> None:
    scene = Scene()
    scene.good()
    scene.files["cosign.pub"] = b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nx"
    with pytest.raises(UsageError, match=r"cosign\.pub on main does not hold the public key") as caught:
        scene.promote(SIGNED)
    assert caught.value.where == "helmforge.yaml environments.prod.provenance.signed.key"
    assert "a private key" in caught.value.why
    assert scene.signer.checked == 0


def test_the_identity_is_that_of_the_release() -> None:
    identity = "https://ci.example/release/{service}/{version}"
    asked = f"signed: {{identity: '{identity}', issuer: 'https://ci.example'}}"
    scene = Scene()
    scene.say(scene.image, signature(scene.image), b"https://ci.example/release/shop/1.0.1")
    with pytest.raises(RefusedError):
        scene.promote(asked)
    scene.say(scene.image, signature(scene.image), b"https://ci.example/release/shop/1.0.0")
    scene.promote(asked)
