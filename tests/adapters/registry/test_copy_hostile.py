"""Lists of referrers are written by whoever may push: none of them brings anything that it should not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.registry import RegistryError
from tests.adapters.registry.attaching import artifact, attach, fallback_tag, listed, lists
from tests.adapters.registry.pushing import OCI_INDEX, OCI_MANIFEST, Pusher, digest_of
from tests.support.faults import replied
from tests.support.faulty_registry import Reply, requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Entry
    from tests.support.faulty_registry import FaultyRegistry

    Make = Callable[[Pusher, Entry, FaultyRegistry], None]

pytestmark = pytest.mark.integration

RECORD = "application/vnd.helmforge.promotion.v1+json"


def prod(shop: Pusher) -> Pusher:
    return Pusher(shop.address, f"prod/{shop.path}")


def copy(connect: Connect, shop: Pusher, *leave_out: str) -> int:
    source, target = shop.repository.tagged("1.0.0"), prod(shop).repository.tagged("1.0.0")
    return connect().copy(source, target, leave_out=leave_out).referrers


def claimed(faulty: FaultyRegistry, subject: Entry, entries: Iterable[Entry]) -> None:
    """A list that docker-registry itself would not take: it is not true."""
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries)}
    reply = Reply(200, {"Content-Type": OCI_INDEX}, json.dumps(index).encode())
    faulty.fail(requests("GET", f"/referrers/{subject['digest']}"), replied(reply))


def entry(content: bytes) -> Entry:
    return {"mediaType": OCI_MANIFEST, "digest": str(digest_of(content)), "size": len(content)}


def _of_another(shop: Pusher, image: Entry, _faulty: FaultyRegistry) -> None:
    lists(shop, image, [artifact(shop, shop.image())])


def _of_another_deep_inside(shop: Pusher, image: Entry, _faulty: FaultyRegistry) -> None:
    """An index without a subject, in which a manifest has one: an older image in production, say."""
    lists(shop, image, [shop.index([artifact(shop, shop.image())])])


def _that_is_gone(_shop: Pusher, image: Entry, faulty: FaultyRegistry) -> None:
    claimed(faulty, image, [entry(b"gone")])


def _too_deep(shop: Pusher, image: Entry, _faulty: FaultyRegistry) -> None:
    for _ in range(6):
        image = attach(shop, image)


def _too_many(_shop: Pusher, image: Entry, faulty: FaultyRegistry) -> None:
    claimed(faulty, image, (entry(str(number).encode()) for number in range(2001)))


def _index_too_deep(shop: Pusher, image: Entry, _faulty: FaultyRegistry) -> None:
    inner = artifact(shop, None)
    for _ in range(6):
        inner = shop.index([inner])
    lists(shop, image, [inner])


def _too_large(_shop: Pusher, image: Entry, faulty: FaultyRegistry) -> None:
    """The registry makes up manifests of four megabytes, as many as one asks for."""
    made = {}
    for number in range(20):
        document = {"config": entry(b""), "annotations": {"": f"{number}" + "x" * 4_000_000}}
        content = json.dumps(document).encode()
        made[str(digest_of(content))] = Reply(200, {"Content-Type": OCI_MANIFEST}, content)
    claimed(faulty, image, [{**entry(b""), "digest": digest} for digest in made])
    for digest, reply in made.items():
        faulty.fail(requests("GET", f"/manifests/{digest}"), replied(reply))


REFUSED: dict[str, tuple[Make, str]] = {
    "of another image": (_of_another, "list of referrers is wrong"),
    "of another image, deep inside": (_of_another_deep_inside, "list of referrers is wrong"),
    "that is gone": (_that_is_gone, "not there"),
    "of referrers without end": (_too_deep, "too deep"),
    "too many": (_too_many, "more than 2000"),
    "too large": (_too_large, "too many manifests"),
    "indexes in indexes": (_index_too_deep, "too deep"),
}


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_list_stops_the_copy_before_anything_is_written(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, make: Make, reason: str
) -> None:
    make(shop, shop.image("1.0.0"), faulty)
    before = len(faulty.requests)
    with pytest.raises(RegistryError, match=reason):
        copy(connect, shop)
    assert {method for method, _ in faulty.requests[before:]} <= {"GET", "HEAD"}


def test_lists_that_name_each_other_end(connect: Connect, shop: Pusher) -> None:
    image = shop.image("1.0.0")
    one, other = artifact(shop, None), artifact(shop, None)
    lists(shop, image, [one])
    lists(shop, one, [other, one])
    lists(shop, other, [one, image])
    assert copy(connect, shop) == 3


@pytest.mark.parametrize("name", ["as it is", "as something else", "inside an index"])
def test_no_name_brings_a_foreign_record(connect: Connect, shop: Pusher, name: str) -> None:
    image = shop.image("1.0.0")
    record = artifact(shop, image, RECORD)
    entries = {
        "as it is": record,
        "as something else": {**record, "artifactType": "application/spdx+json"},
        "inside an index": shop.index([record]),
    }
    lists(shop, image, [entries[name]])
    assert copy(connect, shop, RECORD) == 0
    assert listed(prod(shop), image) == []


def test_a_record_under_a_tag_of_cosign_stays_behind(connect: Connect, shop: Pusher) -> None:
    image = shop.image("1.0.0")
    document: dict[str, Any] = {"artifactType": RECORD, "config": shop.blob(b"{}"), "layers": []}
    shop.manifest(document, OCI_MANIFEST, fallback_tag(image, ".att"))
    assert copy(connect, shop, RECORD) == 0
    assert connect().tags(prod(shop).repository) == ("1.0.0",)
