from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import Descriptor, Digest, RegistryHost, Repository
from helmforge.errors import ExitCode
from tests.adapters.registry.pushing import OCI_INDEX, OCI_MANIFEST, digest_of
from tests.support.faults import paged, status
from tests.support.faulty_registry import requests

if TYPE_CHECKING:
    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import Asked, FaultyRegistry, Forward, Reply

pytestmark = pytest.mark.integration


def test_a_tag_resolves_to_its_descriptor(connect: Connect, shop: Pusher) -> None:
    pushed = shop.image("1.0.0")
    found = connect().resolve(shop.repository.tagged("1.0.0"))
    assert found == Descriptor(OCI_MANIFEST, Digest(pushed["digest"]), pushed["size"])


def test_an_index_is_found_as_one(connect: Connect, shop: Pusher) -> None:
    pushed = shop.index([shop.image()], "1.0.0")
    found = connect().resolve(shop.repository.at(Digest(pushed["digest"])))
    assert found is not None
    assert found.media_type == OCI_INDEX


def test_what_is_not_there_is_none(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0")
    registry, other = connect(), Repository(shop.repository.registry, "never/pushed")
    for ref in (shop.repository.tagged("2.0.0"), other.tagged("1.0.0"), other.at(digest_of(b"x"))):
        assert registry.resolve(ref) is None
        assert registry.manifest(ref) is None
        assert registry.labels(ref) == {}


def test_404_of_something_else_than_a_registry_is_an_error(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    faulty.fail(requests(), status(404))
    with pytest.raises(RegistryError, match="no OCI registry") as caught:
        connect().resolve(shop.repository.tagged("1.0.0"))
    assert caught.value.exit_code is ExitCode.FAILED


def test_a_registry_without_digest_headers_is_understood(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    def without_digest(asked: Asked, forward: Forward) -> Reply:
        reply = forward(asked)
        kept = {key: text for key, text in reply.headers.items() if key.lower() != "docker-content-digest"}
        return replace(reply, headers=kept)

    pushed = shop.image("1.0.0")
    faulty.fail(requests(), without_digest)
    found = connect().resolve(shop.repository.tagged("1.0.0"))
    assert found == Descriptor(OCI_MANIFEST, Digest(pushed["digest"]), pushed["size"])


def test_a_manifest_is_read_byte_by_byte(connect: Connect, shop: Pusher) -> None:
    pushed = shop.image("1.0.0")
    found = connect().manifest(shop.repository.tagged("1.0.0"))
    assert found is not None
    assert (found.content, found.media_type, found.digest) == (
        shop.raw("1.0.0"),
        OCI_MANIFEST,
        pushed["digest"],
    )


def test_annotations_of_the_manifest_win_over_labels_of_the_image(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0", labels={"a": "label", "b": "label"}, annotations={"b": "annotation"})
    assert connect().labels(shop.repository.tagged("1.0.0")) == {"a": "label", "b": "annotation"}


def test_labels_of_an_index_are_its_annotations_over_its_first_platform(
    connect: Connect, shop: Pusher
) -> None:
    attestation = shop.image() | {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    first = shop.image(labels={"a": "first", "b": "first"}, annotations={"b": "first", "c": "first"})
    images = [first, shop.image(labels={"a": "second"})]
    shop.index([attestation, *images], "1.0.0", annotations={"b": "index"})
    assert connect().labels(shop.repository.tagged("1.0.0")) == {"a": "first", "b": "index", "c": "first"}


def test_a_chart_has_only_annotations(connect: Connect, shop: Pusher) -> None:
    config = shop.blob(b'{"name": "shop"}', "application/vnd.cncf.helm.config.v1+json")
    document = {"config": config, "layers": [], "annotations": {"a": "b"}}
    shop.manifest(document, OCI_MANIFEST, "1.0.0")
    assert connect().labels(shop.repository.tagged("1.0.0")) == {"a": "b"}


@pytest.mark.parametrize("labels", [None, {"a": "b", "n": 1}, ["a"]])
def test_odd_labels_of_an_image_are_survived(connect: Connect, shop: Pusher, labels: object) -> None:
    content = json.dumps({"config": {"Labels": labels}}).encode()
    config = shop.blob(content, "application/vnd.oci.image.config.v1+json")
    shop.manifest({"config": config, "layers": []}, OCI_MANIFEST, "1.0.0")
    expected = {"a": "b"} if isinstance(labels, dict) else {}
    assert connect().labels(shop.repository.tagged("1.0.0")) == expected


def test_a_blob_is_read_whole(connect: Connect, shop: Pusher) -> None:
    content = b"chart" * 100_000
    pushed = shop.blob(content)
    assert connect().blob(shop.repository, Digest(pushed["digest"])) == content


def test_a_missing_blob_is_an_error_with_the_registrys_words(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0")
    with pytest.raises(RegistryError) as caught:
        connect().blob(shop.repository, digest_of(b"nowhere"))
    assert "HTTP 404 BLOB_UNKNOWN" in caught.value.why
    assert caught.value.where.startswith(f"GET http://{shop.address}/v2/{shop.path}/blobs/sha256:")


def test_tags_of_a_repository(connect: Connect, shop: Pusher) -> None:
    for tag in ("1.0.0", "1.1.0"):
        shop.image(tag, layers=0)
    assert set(connect().tags(shop.repository)) == {"1.0.0", "1.1.0"}
    assert connect().tags(Repository(RegistryHost(shop.address), "never/pushed")) == ()


def test_all_pages_of_tags_are_read(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    expected = {f"1.{minor}.0" for minor in range(5)}
    for tag in expected:
        shop.image(tag, layers=0)
    faulty.fail(requests("GET", "/tags/list"), paged(2))
    assert set(connect().tags(shop.repository)) == expected
    assert faulty.count(requests("GET", "/tags/list")) == 3
