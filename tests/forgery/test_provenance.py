"""What is attached to an image by somebody who may push to the registry, and must not count."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.config import parse_settings
from helmforge.domain.artifact import released
from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.attachments import BUNDLE_MEDIA_TYPE, SIGNATURE_TYPE, STATEMENT_MEDIA_TYPE
from helmforge.domain.provenance.statement import Statement
from helmforge.domain.version import Version
from helmforge.errors import RefusedError, UsageError
from helmforge.flows.release.provenance import demand_provenance
from helmforge.flows.release.subject import PublishedVersion
from tests.flows.releases import IMAGE, service, world
from tests.support.attachments import PUBLIC_KEY, Attached, Cosign, MemoryRegistry, bundle_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.oci import Digest

COMMIT = "c" * 40
RULES = """\
registry: r.example
environments:
  prod: {cluster: {context: prod}, deploy: on-approval, provenance: {%s}}
"""
SIGNED = "signed: {key: cosign.pub}"
ALL = f"{SIGNED}, sbom: true, slsa: true"
PLAIN = "sbom: true, slsa: true"
SPDX = {"spdxVersion": "SPDX-2.3"}


class Scene:
    """An image of two platforms in the registry, and somebody who attaches things to it."""

    def __init__(self) -> None:
        self.registry = MemoryRegistry()
        self.signer = Cosign()
        self.files = {"cosign.pub": PUBLIC_KEY}
        self.image = self.registry.image("1.0.0", "linux/amd64", "linux/arm64")
        index = json.loads(self.registry.manifests[self.image])
        self.platforms: list[Digest] = [entry["digest"] for entry in index["manifests"]]
        self.other = self.registry.image("other")

    def read(self, _: str, path: str) -> bytes | None:
        return self.files.get(path)

    def promote(self, asked: str) -> None:
        """As far as provenance goes."""
        settings = parse_settings(RULES % asked)
        ports: Any = {"registry": self.registry, "signer": self.signer}
        there = replace(world(self, "git"), **ports)
        environment = settings.environment("prod")
        published = PublishedVersion(_artifact(), self.image, IMAGE)
        demand_provenance(there, settings, environment, published)

    def put(self, subject: Digest, kind: str, content: bytes) -> None:
        self.registry.attached.append(Attached(subject, kind, content))

    def say(self, subject: Digest, statement: Statement, hand: bytes = b"ours") -> None:
        self.put(subject, BUNDLE_MEDIA_TYPE, bundle_of(statement.to_json(), hand))

    def good(self, *, hand: bytes = b"ours") -> None:
        """Everything that a promotion may ask for, signed and not."""
        self.say(self.image, signature(self.image), hand)
        self.say(self.image, build(self.image), hand)
        self.put(self.image, STATEMENT_MEDIA_TYPE, build(self.image).to_json())
        for platform in self.platforms:
            self.say(platform, sbom(platform), hand)
            self.put(platform, "application/spdx+json", json.dumps(SPDX).encode())

    def without(self, kind: str) -> None:
        """Without the statements of this type."""
        self.registry.attached = [one for one in self.registry.attached if kind not in _told(one)]


def _told(one: Attached) -> str:
    if one.kind != BUNDLE_MEDIA_TYPE:
        return one.kind
    payload = json.loads(one.content)["dsseEnvelope"]["payload"]
    return str(json.loads(base64.b64decode(payload))["predicateType"])


def _artifact(version: str = "1.0.0", commit: str = COMMIT) -> Artifact:
    return released(parse_settings(RULES % ""), service().name, Version.parse(version), commit)


def signature(digest: Digest) -> Statement:
    return Statement("", digest, SIGNATURE_TYPE, {})


def build(digest: Digest, artifact: Artifact | None = None) -> Statement:
    artifact = artifact or _artifact()
    facts = slsa.BuildFacts(artifact, service().build, "https://r.example/shop", "refs/heads/x", "local", "1")
    return Statement("", digest, slsa.PREDICATE_TYPE, slsa.predicate(facts))


def sbom(digest: Digest, document: dict[str, Any] | None = None) -> Statement:
    return Statement("", digest, "https://spdx.dev/Document", SPDX if document is None else document)


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
    scene.say(scene.image, build(scene.image, _artifact("1.0.1")))


def _of_another_commit(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, build(scene.image, _artifact(commit="d" * 40)))


def _of_another_service(scene: Scene) -> None:
    scene.without(slsa.PREDICATE_TYPE)
    scene.say(scene.image, build(scene.image, replace(_artifact(), service=service("mail").name)))


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
