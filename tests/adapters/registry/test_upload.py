"""Copies where nothing can be mounted: the blobs go through us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryAuthError, RegistryError
from helmforge.domain.oci import CopyReport, Digest
from helmforge.errors import UnreachableError
from tests.adapters.registry.pushing import Pusher
from tests.support.faults import dropped, opens_upload, status, truncated, with_body, with_headers
from tests.support.faulty_registry import FaultyRegistry, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import Fault
    from tests.support.registry import RegistryServer

pytestmark = pytest.mark.integration

_MOUNT = requests("POST", r"\?mount=")


@pytest.fixture
def elsewhere(server: RegistryServer) -> Iterator[FaultyRegistry]:
    """Another registry to our client: another address (the data happens to lie in the same place)."""
    with FaultyRegistry(server.address) as running:
        yield running


@pytest.mark.parametrize(
    "fault",
    [opens_upload(), *(status(code, error="DENIED") for code in (401, 403, 404, 405))],
    ids=["202", "401", "403", "404", "405"],
)
def test_a_registry_that_does_not_mount_gets_uploads(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, fault: Fault
) -> None:
    pushed, prod = shop.image("1.0.0"), Pusher(shop.address)
    faulty.fail(_MOUNT, fault)
    report = connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert report == CopyReport(Digest(pushed["digest"]), manifests=1, mounted=0, uploaded=3, present=0)
    assert prod.raw("1.0.0") == shop.raw("1.0.0")


def test_the_session_of_a_refused_mount_is_used_once(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0", layers=0)
    upload = requests("PUT", "/blobs/uploads/")
    before = faulty.count(upload)
    faulty.fail(_MOUNT, opens_upload())
    faulty.fail(upload, dropped(), times=1)
    connect().copy(shop.repository.tagged("1.0.0"), Pusher(shop.address).repository.tagged("1.0.0"))
    sessions = [asked.path for asked in faulty.seen if upload(asked)][before:]
    assert len(set(sessions)) == 2


def test_a_registry_that_takes_nothing_says_so(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("POST"), status(403, error="DENIED", message="read only"))
    with pytest.raises(RegistryAuthError) as caught:
        connect().copy(shop.repository.tagged("1.0.0"), Pusher(shop.address).repository.tagged("1.0.0"))
    assert "DENIED: read only" in caught.value.why


def test_an_image_goes_to_another_registry(connect: Connect, shop: Pusher, elsewhere: FaultyRegistry) -> None:
    shop.index([shop.image(layers=3), shop.image(layers=3)], "1.0.0")
    mirror = Pusher(elsewhere.address)
    report = connect().copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    assert (report.manifests, report.uploaded, report.mounted) == (3, 8, 0)
    assert mirror.raw("1.0.0") == shop.raw("1.0.0")
    assert elsewhere.count(_MOUNT) == 0


def test_blobs_that_are_there_are_not_sent_again(
    connect: Connect, shop: Pusher, elsewhere: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    mirror = Pusher(elsewhere.address)
    registry = connect()
    elsewhere.fail(requests("PUT", "/manifests/"), dropped())
    with pytest.raises(UnreachableError):
        registry.copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    elsewhere.heal()
    report = registry.copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    assert (report.uploaded, report.present) == (0, 3)


def test_a_download_that_breaks_off_is_begun_again(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, elsewhere: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/blobs/"), truncated(100), times=2)
    mirror = Pusher(elsewhere.address)
    connect().copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    assert mirror.raw("1.0.0") == shop.raw("1.0.0")


def test_an_upload_that_breaks_off_is_begun_again_in_a_new_session(
    connect: Connect, shop: Pusher, elsewhere: FaultyRegistry
) -> None:
    shop.image("1.0.0", layers=0)
    upload = requests("PUT", "/blobs/uploads/")
    elsewhere.fail(upload, dropped(), times=1)
    elsewhere.fail(upload, status(502), times=1)
    mirror = Pusher(elsewhere.address)
    connect().copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    sessions = {asked.path for asked in elsewhere.seen if upload(asked)}
    assert len(sessions) == 3


@pytest.mark.parametrize(
    "change", [lambda body: b"x" * len(body), lambda body: body[:-1], lambda body: body + b"x"]
)
def test_a_falsified_blob_is_never_tagged(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, elsewhere: FaultyRegistry, change: object
) -> None:
    assert callable(change)
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/blobs/"), with_body(change))
    mirror = Pusher(elsewhere.address)
    with pytest.raises(RegistryError, match="something else"):
        connect().copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    assert connect().tags(mirror.repository) == ()


def test_surplus_bytes_are_not_sent_on(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, elsewhere: FaultyRegistry
) -> None:
    """They would be read as the next request on the connection to the target."""
    shop.image("1.0.0", layers=0)
    faulty.fail(requests("GET", "/blobs/"), with_body(lambda body: body + b"DELETE /v2/ HTTP/1.1"))
    mirror = Pusher(elsewhere.address)
    with pytest.raises(RegistryError, match="something else"):
        connect().copy(shop.repository.tagged("1.0.0"), mirror.repository.tagged("1.0.0"))
    assert elsewhere.count(requests("PUT")) == 0


def test_a_repository_that_must_be_made_first(
    connect: Connect, shop: Pusher, elsewhere: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    elsewhere.fail(requests("POST"), status(404, error="NAME_UNKNOWN", message="no such repository"))
    with pytest.raises(RegistryError) as caught:
        connect().copy(shop.repository.tagged("1.0.0"), Pusher(elsewhere.address).repository.tagged("1"))
    assert "NAME_UNKNOWN" in caught.value.why
    assert "create the repository" in caught.value.hint


def test_an_upload_session_without_an_address_is_an_error(
    connect: Connect, shop: Pusher, elsewhere: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    elsewhere.fail(requests("POST"), with_headers(Location=""))
    with pytest.raises(RegistryError, match="without a Location"):
        connect().copy(shop.repository.tagged("1.0.0"), Pusher(elsewhere.address).repository.tagged("1"))
