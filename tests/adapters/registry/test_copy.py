"""Copies between repositories of one registry, and between registries."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import CopyReport, Digest
from helmforge.errors import UnreachableError, UsageError
from tests.adapters.registry.pushing import DOCKER_LIST, Pusher, digest_of
from tests.adapters.registry.servers import PermissiveRegistry
from tests.support.faults import dropped, dropped_afterwards, status
from tests.support.faulty_registry import FaultyRegistry, requests

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.registry.connecting import Connect

pytestmark = pytest.mark.integration

_FOREIGN_DIGEST = digest_of(b"a layer of Windows")
_FOREIGN = {
    "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "digest": _FOREIGN_DIGEST,
    "size": 4_000_000_000,
    "urls": ["https://mcr.example.com/layer"],
}


def _prod(shop: Pusher) -> Pusher:
    return Pusher(shop.address, f"prod/{shop.path}")


def test_a_retag_mounts_and_pulls_nothing(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    pushed, prod = shop.image("1.0.0", layers=5), _prod(shop)
    report = connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert report == CopyReport(Digest(pushed["digest"]), manifests=1, mounted=6, uploaded=0, present=0)
    assert prod.raw("1.0.0") == shop.raw("1.0.0")
    assert faulty.count(requests("GET", "/blobs/")) == 0


def test_every_platform_is_copied_and_the_tag_comes_last(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    images = [shop.image(layers=1) for _ in range(3)]
    nested = shop.index(images[:2])
    shop.index([nested, images[2]], "1.0.0")
    prod = _prod(shop)
    report = connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert (report.manifests, report.mounted) == (5, 6)
    for reference in ("1.0.0", nested["digest"], *(image["digest"] for image in images)):
        assert prod.raw(reference) == shop.raw(reference)
    puts = [path for method, path in faulty.requests if method == "PUT" and prod.path in path]
    assert puts[-1].endswith("/manifests/1.0.0")
    assert puts.index(f"/v2/{prod.path}/manifests/{images[0]['digest']}") < puts.index(
        f"/v2/{prod.path}/manifests/{nested['digest']}"
    )


def test_docker_manifest_lists_stay_what_they_are(connect: Connect, shop: Pusher) -> None:
    entries = [
        {**shop.docker_image(name), "platform": {"architecture": name, "os": "linux"}}
        for name in ("amd64", "arm64")
    ]
    shop.index(entries, "1.0.0", media_type=DOCKER_LIST)
    prod = _prod(shop)
    connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert prod.raw("1.0.0", accept=DOCKER_LIST) == shop.raw("1.0.0", accept=DOCKER_LIST)


def test_a_layer_that_two_images_share_is_moved_once(connect: Connect, shop: Pusher) -> None:
    shared = shop.blob(secrets.token_bytes(2000))
    shop.index([shop.image(layers=1, labels={"n": str(n)}, extra_layers=[shared]) for n in (1, 2)], "1.0.0")
    report = connect().copy(shop.repository.tagged("1.0.0"), _prod(shop).repository.tagged("1.0.0"))
    assert report.mounted == 5


def test_a_second_copy_changes_nothing(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.image("1.0.0")
    registry, target = connect(), _prod(shop).repository.tagged("1.0.0")
    first = registry.copy(shop.repository.tagged("1.0.0"), target)
    before = len(faulty.requests)
    assert registry.copy(shop.repository.tagged("1.0.0"), target) == CopyReport(first.digest, 0, 0, 0, 0)
    assert {method for method, _ in faulty.requests[before:]} == {"GET", "HEAD"}


def test_a_tag_in_the_same_repository_moves_no_blobs(connect: Connect, shop: Pusher) -> None:
    shop.index([shop.image()], "1.0.0")
    report = connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("stable"))
    assert (report.mounted, report.uploaded, report.present) == (0, 0, 3)
    assert shop.raw("stable") == shop.raw("1.0.0")


def test_foreign_layers_are_kept_but_not_copied(connect: Connect, tmp_path: Path) -> None:
    with PermissiveRegistry(tmp_path) as server, FaultyRegistry(server.address) as faulty:
        shop = Pusher(faulty.address)
        shop.image("1.0.0", layers=1, extra_layers=[_FOREIGN])
        prod = _prod(shop)
        report = connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
        assert report.mounted == 2
        assert prod.raw("1.0.0") == shop.raw("1.0.0")
        assert faulty.count(requests("", _FOREIGN_DIGEST)) == 0


def test_a_copy_that_broke_off_is_finished_by_the_next_one(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.index([shop.image(), shop.image()], "1.0.0")
    source, prod = shop.repository.tagged("1.0.0"), _prod(shop)
    faulty.fail(requests("PUT", "/manifests/1.0.0"), dropped())
    with pytest.raises(UnreachableError):
        connect().copy(source, prod.repository.tagged("1.0.0"))
    assert connect().resolve(prod.repository.tagged("1.0.0")) is None
    faulty.heal()
    report = connect().copy(source, prod.repository.tagged("1.0.0"))
    assert (report.manifests, report.mounted, report.present) == (1, 0, 6)
    assert prod.raw("1.0.0") == shop.raw("1.0.0")


def test_lost_answers_do_no_harm(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.index([shop.image()], "1.0.0")
    faulty.fail(requests(), dropped_afterwards(), times=2)
    faulty.fail(requests("PUT", "/manifests/"), dropped_afterwards(), times=1)
    faulty.fail(requests("POST"), dropped_afterwards(), times=1)
    prod = _prod(shop)
    connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert prod.raw("1.0.0") == shop.raw("1.0.0")


def test_nothing_to_copy(connect: Connect, shop: Pusher) -> None:
    with pytest.raises(RegistryError, match="nothing to copy"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))


def test_a_target_by_another_digest_is_a_mistake_of_the_caller(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0")
    with pytest.raises(UsageError, match="cannot become a copy"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.at(digest_of(b"x")))


def test_an_index_without_one_of_its_images_is_not_copied(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    image = shop.image()
    shop.index([image], "1.0.0")
    faulty.fail(requests("GET", image["digest"]), status(404, error="MANIFEST_UNKNOWN"))
    prod = _prod(shop)
    with pytest.raises(RegistryError, match="incomplete"):
        connect().copy(shop.repository.tagged("1.0.0"), prod.repository.tagged("1.0.0"))
    assert connect().tags(prod.repository) == ()
