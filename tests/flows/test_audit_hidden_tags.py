"""`release audit` and tags that are named like those that hold what is attached to an image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.audit import exit_code
from helmforge.errors import ExitCode
from tests.flows.releases import IMAGE
from tests.flows.test_audit_charts import IMAGES, Production, audited

if TYPE_CHECKING:
    from helmforge.domain.oci import Digest

OCI, EMPTY = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.empty.v1+json"
DOCKER = "application/vnd.docker.container.image.v1+json"
LAYER, SIGNATURE = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.dev.cosign.simplesigning.v1+json",
)
ENVELOPE, SBOM = "application/vnd.dsse.envelope.v1+json", "text/spdx+json"
SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
CHART = "application/vnd.cncf.helm.config.v1+json"
NAME = IMAGE.replace(":", "-")
ABSENT = f"sha256:{'5' * 64}"


def manifest(config: str, *layers: str, subject: str = "") -> dict[str, Any]:
    named = {"subject": {"digest": subject}} if subject else {}
    return {"config": {"mediaType": config}, "layers": [{"mediaType": kind} for kind in layers], **named}


EVIL, REFERRER = manifest(OCI, LAYER), manifest(EMPTY, "application/spdx+json", subject=IMAGE)


class Registry(Production):
    """With 1.0.0, which was promoted, and one more tag."""

    def tag(self, name: str, document: dict[str, Any]) -> None:
        self.tags_[IMAGES][name] = self.put(json.dumps(document).encode())

    def list(self, name: str, *documents: dict[str, Any]) -> None:
        entries = [{"digest": self.put(json.dumps(one).encode())} for one in documents]
        self.tag(name, {"manifests": entries})

    def odd(self) -> set[str]:
        audit = audited(self, promote=False)
        assert (audit.unknown, audit.tags) == ((), 1 + len(audit.oddities))
        return {one.subject.rpartition(":")[2] for one in audit.oddities}


@pytest.mark.parametrize(
    "name",
    [
        *("evil", f"sha512-{'a' * 64}", f"sha512-{'a' * 128}"[:128], f"sha256-{'a' * 128}"[:128]),
        *(f"{NAME}.evil", f"{NAME}.sig.evil", f"{NAME}.", f"x{NAME}.sig", f"sha512-{'1' * 64}.sig"),
        *(NAME, f"{NAME}.sig", f"{NAME}.att", f"{NAME}.sbom"),
    ],
)
def test_an_image_under_any_name_is_found(name: str) -> None:
    registry = Registry()
    registry.tag(name, EVIL)
    registry.tag("other", EVIL)
    assert registry.odd() == {name, "other"}
    assert exit_code([audited(registry)]) is ExitCode.REFUSED


@pytest.mark.parametrize(
    "entry",
    [
        EVIL,
        EVIL | {"subject": {"digest": IMAGE}},
        manifest(DOCKER, LAYER, subject=IMAGE),
        manifest(OCI, subject=IMAGE),
        manifest(OCI, SIGNATURE, LAYER, subject=IMAGE),
        manifest(CHART, "application/vnd.cncf.helm.chart.content.v1.tar+gzip", subject=IMAGE),
        {"manifests": [{"digest": IMAGE}], "subject": {"digest": IMAGE}},
        REFERRER | {"manifests": []},
        manifest(EMPTY, subject=ABSENT),
        {"config": [], "layers": 1},
        {"config": {"mediaType": []}, "layers": []},
        {"config": {"mediaType": EMPTY}, "layers": [{"mediaType": {}}]},
        manifest(EMPTY, subject="sha1:x"),
        REFERRER | {"Config": {"mediaType": OCI}, "Layers": [{"mediaType": LAYER}]},
        REFERRER | {"subject": {"digest": IMAGE, "Digest": ABSENT}},
    ],
)
def test_a_list_of_what_is_not_attached_to_the_image_is_found(entry: dict[str, Any]) -> None:
    registry = Registry()
    registry.list(NAME, REFERRER, entry)
    assert registry.odd() == {NAME}


@pytest.mark.parametrize(
    "document",
    [
        {"manifests": 1},
        {"manifests": [1]},
        {"manifests": [{"digest": 1}]},
        {"manifests": [], "layers": []},
        {"manifests": [{"digest": ABSENT}] * 2001},
        {"manifests": [], "Manifests": [{"digest": IMAGE}]},
        {"manifests": [], "Config": {"mediaType": OCI}, "Layers": [{"mediaType": LAYER}]},
    ],
)
def test_something_else_than_a_list_is_found(document: dict[str, Any]) -> None:
    registry = Registry()
    registry.tag(NAME, document)
    assert registry.odd() == {NAME}


@pytest.mark.parametrize("suffix", [".sig", ".att", ".sbom"])
@pytest.mark.parametrize("document", [{"manifests": []}, manifest(OCI), manifest(CHART, SIGNATURE), {}])
def test_what_cosign_does_not_write_is_found(suffix: str, document: dict[str, Any]) -> None:
    registry = Registry()
    registry.tag(NAME + suffix, document)
    assert registry.odd() == {NAME + suffix}


@pytest.mark.parametrize(
    "config", ["application/json", "application/octet-stream", "text/html", "", EMPTY, DOCKER, OCI]
)
def test_an_image_of_docker_is_found_whatever_its_config_is_called(config: str) -> None:
    """moby takes the first four for images, containers/image does not look at it."""
    image = {"mediaType": SCHEMA_2, **manifest(config, "application/vnd.docker.image.rootfs.diff.tar.gzip")}
    registry = Registry()
    registry.tag(f"{NAME}.sig", image)
    registry.list(NAME, image)
    assert registry.odd() == {NAME, f"{NAME}.sig"}


def test_a_list_that_calls_what_it_names_an_image_of_docker_is_found() -> None:
    registry = Registry()
    digest = registry.put(json.dumps(REFERRER).encode())
    registry.tag(NAME, {"manifests": [{"digest": digest, "mediaType": SCHEMA_2}]})
    assert registry.odd() == {NAME}


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"[]", b"null"])
def test_what_nobody_can_read_is_found(content: bytes) -> None:
    registry = Registry()
    registry.tags_[IMAGES] |= {NAME: registry.put(content), f"{NAME}.sig": registry.put(content)}
    assert registry.odd() == {NAME, f"{NAME}.sig"}


def test_what_is_attached_is_left_out() -> None:
    registry = Registry()
    registry.list(NAME, REFERRER, manifest(EMPTY, SBOM), manifest(OCI, ENVELOPE, subject=IMAGE))
    for suffix, layer in ((".sig", SIGNATURE), (".att", ENVELOPE), (".sbom", SBOM)):
        registry.tag(NAME + suffix, manifest(OCI, layer, layer))
    assert registry.odd() == set()
    registry.tag(f"{NAME}.sig", {"mediaType": SCHEMA_2, **manifest(DOCKER, SIGNATURE)})
    assert registry.odd() == set(), "with COSIGN_DOCKER_MEDIA_TYPES"


def test_a_list_that_is_empty_or_names_what_is_gone_is_left_out() -> None:
    registry = Registry()
    registry.tag(NAME, {"manifests": [{"digest": ABSENT}]})
    assert registry.odd() == set()
    registry.list(NAME)
    assert registry.odd() == set()


def test_what_belongs_to_an_image_that_is_not_here_is_found() -> None:
    registry, absent = Registry(), ABSENT.replace(":", "-")
    registry.list(absent, manifest(EMPTY, SBOM, subject=ABSENT))
    registry.tag(f"{absent}.sig", manifest(OCI, SIGNATURE))
    assert registry.odd() == {absent, f"{absent}.sig"}


def test_the_list_of_an_image_by_sha512_has_half_of_its_digits() -> None:
    registry, digits = Registry(), "4" * 64 + "5" * 64
    image = _by_sha512(registry, digits)
    registry.list(f"sha512-{digits[:64]}", manifest(EMPTY, SBOM, subject=image))
    assert registry.odd() == set()
    registry.list(f"sha512-{digits[:64]}", manifest(EMPTY, SBOM, subject=IMAGE))
    assert registry.odd() == {f"sha512-{digits[:64]}"}


def _by_sha512(registry: Registry, digits: str) -> Digest:
    image = type(IMAGE)(f"sha512:{digits}")
    registry.stored[image] = b"{}"
    return image
