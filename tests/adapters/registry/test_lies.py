"""Registries that answer against the specification: an explained error, never wrong data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import Digest
from helmforge.errors import UnreachableError
from tests.adapters.registry.pushing import OCI_INDEX, OCI_MANIFEST, digest_of
from tests.support.faults import redirected, replied, status, truncated, with_body, with_headers
from tests.support.faulty_registry import Reply, requests

if TYPE_CHECKING:
    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import Fault, FaultyRegistry

pytestmark = pytest.mark.integration

_OTHER = digest_of(b"something else")
_CONFIG = {"mediaType": "x", "digest": _OTHER, "size": 1}


@pytest.mark.parametrize(
    "fault",
    [
        with_headers(Docker_Content_Digest=_OTHER),
        with_headers(Docker_Content_Digest="sha256:short"),
        with_headers(Content_Type="text/html"),
        with_headers(Content_Type="application/vnd.docker.distribution.manifest.v1+prettyjws"),
        with_body(lambda body: body + b" "),
        replied(Reply(200, {"Content-Type": OCI_MANIFEST}, b"x" * (4 << 20) + b"x")),
    ],
    ids=["digest header", "broken digest", "html", "schema 1", "body", "5 MB"],
)
def test_a_wrong_manifest_is_refused(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, fault: Fault
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/manifests/"), fault)
    with pytest.raises(RegistryError):
        connect().manifest(shop.repository.tagged("1.0.0"))


def test_another_manifest_than_the_one_of_the_digest_is_refused(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    asked, other = shop.image("1.0.0"), shop.image("2.0.0")
    content = shop.raw("2.0.0")
    headers = {"Content-Type": OCI_MANIFEST, "Docker-Content-Digest": other["digest"]}
    faulty.fail(requests("", "/manifests/"), replied(Reply(200, headers, content)))
    ref = shop.repository.at(Digest(asked["digest"]))
    with pytest.raises(RegistryError, match="something else"):
        connect().manifest(ref)


def test_a_digest_header_that_differs_from_the_digest_asked_for_is_refused(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    ref = shop.repository.at(Digest(shop.image("1.0.0")["digest"]))
    faulty.fail(requests("", "/manifests/"), with_headers(Docker_Content_Digest=_OTHER))
    with pytest.raises(RegistryError, match="something else"):
        connect().resolve(ref)
    with pytest.raises(RegistryError, match="something else"):
        connect().manifest(ref)


@pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "none"])
def test_a_length_that_is_none_is_not_believed(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, length: str
) -> None:
    """Of a HEAD: nothing else tells how long the manifest is."""
    pushed = shop.image("1.0.0")
    faulty.fail(requests("HEAD", "/manifests/"), with_headers(Content_Length=length))
    found = connect().resolve(shop.repository.tagged("1.0.0"))
    assert found is not None
    assert (found.digest, found.size) == (pushed["digest"], pushed["size"])


def test_a_truncated_manifest_is_never_used(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/manifests/"), truncated(20))
    with pytest.raises(UnreachableError, match="tried 3 times"):
        connect().manifest(shop.repository.tagged("1.0.0"))


@pytest.mark.parametrize(
    "document",
    [
        b"no json",
        b"[]",
        b"{}",
        b"[" * 100_000,
        {"config": {"mediaType": "x", "digest": "sha256:zz", "size": 1}, "layers": []},
        {"config": {"mediaType": "x", "digest": _OTHER, "size": -1}, "layers": []},
        {"config": {"mediaType": "x", "digest": _OTHER, "size": 10**400}, "layers": []},
        {"config": {"mediaType": "x", "digest": _OTHER, "size": float("inf")}, "layers": []},
        {"config": {"mediaType": "x", "digest": _OTHER, "size": 1}, "layers": {}, "manifests": []},
        {"config": {"mediaType": "x", "digest": _OTHER, "size": 1}, "layers": ["x"]},
        {"mediaType": OCI_INDEX, "config": _CONFIG, "layers": []},
    ],
)
def test_a_broken_manifest_is_not_copied(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, document: bytes | dict[str, Any]
) -> None:
    _refuses_to_copy(connect, shop, faulty, OCI_MANIFEST, document)


@pytest.mark.parametrize(
    "document",
    [
        {"manifests": [], "layers": []},
        {"manifests": [], "config": {}},
        {"manifests": [_CONFIG]},
        {"manifests": ["x"]},
        {"manifests": [{**_CONFIG, "mediaType": OCI_MANIFEST}] * 3000},
    ],
)
def test_a_broken_index_is_not_copied(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, document: dict[str, Any]
) -> None:
    _refuses_to_copy(connect, shop, faulty, OCI_INDEX, document)


def _refuses_to_copy(
    connect: Connect,
    shop: Pusher,
    faulty: FaultyRegistry,
    media_type: str,
    document: bytes | dict[str, Any],
) -> None:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    faulty.fail(
        requests("GET", "/manifests/1.0.0"), replied(Reply(200, {"Content-Type": media_type}, content))
    )
    with pytest.raises(RegistryError, match="broken manifest"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))
    assert connect().resolve(shop.repository.tagged("2.0.0")) is None


def test_a_wrong_blob_is_refused(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    pushed = shop.blob(b"right")
    faulty.fail(requests("GET", "/blobs/"), with_body(lambda _: b"wrong"))
    with pytest.raises(RegistryError, match="something else"):
        connect().blob(shop.repository, Digest(pushed["digest"]))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"tags": 1}', b'{"tags": [1]}', b"[" * 100_000])
def test_a_broken_list_of_tags_is_an_error(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, body: bytes
) -> None:
    faulty.fail(requests("GET", "/tags/list"), replied(Reply(200, {}, body)))
    with pytest.raises(RegistryError, match="broken list of tags"):
        connect().tags(shop.repository)


@pytest.mark.parametrize("link", ["<http://192.0.2.1/v2/x>; rel=next", '</v2/x/tags/list?n=1>; rel="next"'])
def test_pages_stay_with_the_registry_and_end(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, link: str
) -> None:
    faulty.fail(requests("GET", "/tags/list"), replied(Reply(200, {"Link": link}, b'{"tags": ["1.0.0"]}')))
    with pytest.raises(RegistryError, match=r"another host|no end"):
        connect().tags(shop.repository)


def test_hostile_error_texts_are_cut_and_made_printable(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    faulty.fail(requests(), status(400, error="BAD", message="\x1b[31m\n" + "x" * 50_000))
    with pytest.raises(RegistryError) as caught:
        connect().manifest(shop.repository.tagged("1.0.0"))
    assert caught.value.why.startswith("HTTP 400 BAD:")
    assert caught.value.why.isprintable()
    assert len(caught.value.why) < 400


def test_an_image_that_is_stored_under_another_digest_is_an_error(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("PUT", "/manifests/"), with_headers(Docker_Content_Digest=_OTHER))
    with pytest.raises(RegistryError, match="another digest"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))


@pytest.mark.parametrize("location", ["ftp://x/y", "http://u:p@127.0.0.1/x", "http://[", ""])
def test_an_address_that_is_not_safe_is_not_followed(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, location: str
) -> None:
    faulty.fail(requests("GET", "/manifests/"), status(307, Location=location))
    with pytest.raises(RegistryError):
        connect().manifest(shop.repository.tagged("1.0.0"))


def test_indexes_without_end_are_given_up(connect: Connect, shop: Pusher) -> None:
    entry = shop.image("1.0.0")
    for _ in range(8):
        entry = shop.index([entry])
    shop.index([entry], "deep")
    registry, deep = connect(), shop.repository.tagged("deep")
    with pytest.raises(RegistryError, match="too deep"):
        registry.labels(deep)
    with pytest.raises(RegistryError, match="too deep"):
        registry.copy(deep, shop.repository.tagged("2.0.0"))


def test_redirects_have_an_end(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    faulty.fail(requests(), redirected(faulty.address))
    with pytest.raises(RegistryError, match="without end"):
        connect().manifest(shop.repository.tagged("1.0.0"))
