"""Registries with the Referrers API of distribution-spec 1.1.

docker-registry has none, so a stand-in adds it, and pages; the same tests run against the registry of
go-containerregistry, which lists referrers but does not announce it by OCI-Subject: it gets the tag as well.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import Digest
from tests.adapters.registry.attaching import artifact
from tests.adapters.registry.pushing import OCI_INDEX, Pusher
from tests.support.faults import replied, status
from tests.support.faulty_registry import FaultyRegistry, Reply, requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helmforge.adapters.registry import OciRegistry
    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import Asked, Forward
    from tests.support.registry import RegistryServer

pytestmark = pytest.mark.integration

_RECORD, _NOTE = "application/vnd.helmforge.promotion.v1+json", "application/vnd.helmforge.note"


class ReferrersStandIn(FaultyRegistry):
    """Remembers what has a subject and lists it, one entry on each page."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self._entries: dict[str, list[dict[str, object]]] = {}
        self.fail(requests("PUT", "/manifests/"), self._store)
        self.fail(requests("GET", "/referrers/"), self._list)

    def _store(self, asked: Asked, forward: Forward) -> Reply:
        reply, manifest = forward(asked), json.loads(asked.body)
        if reply.status != 201 or "subject" not in manifest:
            return reply
        subject = manifest["subject"]["digest"]
        entry = {
            "mediaType": manifest["mediaType"],
            "artifactType": manifest["artifactType"],
            "annotations": manifest.get("annotations"),
            "digest": reply.headers["Docker-Content-Digest"],
            "size": len(asked.body),
        }
        entries = self._entries.setdefault(subject, [])
        if entry not in entries:
            entries.append(entry)
        return replace(reply, headers={**reply.headers, "OCI-Subject": subject})

    def _list(self, asked: Asked, _forward: Forward) -> Reply:
        path, _, page = asked.path.partition("?page=")
        entries, number = self._entries.get(path.rpartition("/")[2], []), int(page or 0)
        headers = {"Content-Type": OCI_INDEX}
        if number + 1 < len(entries):
            headers["Link"] = f'<{path}?page={number + 1}>; rel="next"'
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries[number : number + 1]}
        return Reply(200, headers, json.dumps(index).encode())


@pytest.fixture
def announcing(server: RegistryServer) -> Iterator[FaultyRegistry]:
    with ReferrersStandIn(server.address) as running:
        yield running


@pytest.fixture(params=["stand-in", "real"])
def modern(request: pytest.FixtureRequest) -> Iterator[FaultyRegistry]:
    if request.param == "stand-in":
        yield request.getfixturevalue("announcing")
        return
    with FaultyRegistry(request.getfixturevalue("modern_server")) as running:
        yield running


def test_what_is_attached_is_listed(connect: Connect, modern: FaultyRegistry) -> None:
    shop, registry = Pusher(modern.address), connect()
    shop.image("1.0.0")
    subject = shop.repository.tagged("1.0.0")
    record = registry.put_referrer(subject, _RECORD, b"{}", {"who": "ada"})
    note = registry.put_referrer(subject, _NOTE, b"{}", {})
    assert {found.digest for found in registry.referrers(subject)} == {record, note}
    (found,) = registry.referrers(subject, _RECORD)
    assert (found.digest, found.artifact_type, found.annotations) == (record, _RECORD, {"who": "ada"})


def test_a_registry_that_announces_the_api_gets_no_fallback_tag(
    connect: Connect, announcing: FaultyRegistry
) -> None:
    shop = Pusher(announcing.address)
    shop.image("1.0.0")
    connect().put_referrer(shop.repository.tagged("1.0.0"), _RECORD, b"{}", {})
    assert connect().tags(shop.repository) == ("1.0.0",)


def test_attaching_twice_is_attaching_once(connect: Connect, modern: FaultyRegistry) -> None:
    shop, registry = Pusher(modern.address), connect()
    subject = shop.repository.at(Digest(shop.image()["digest"]))
    digests = {registry.put_referrer(subject, _RECORD, b"{}", {}) for _ in range(2)}
    assert {found.digest for found in registry.referrers(subject)} == digests
    assert len(digests) == 1


def test_a_fallback_tag_from_earlier_days_still_counts(connect: Connect, modern: FaultyRegistry) -> None:
    shop, registry = Pusher(modern.address), connect()
    subject = Digest(shop.image("1.0.0")["digest"])
    old = {**shop.image(), "artifactType": _NOTE}
    shop.index([old], f"sha256-{subject.removeprefix('sha256:')}")
    new = registry.put_referrer(shop.repository.at(subject), _RECORD, b"{}", {})
    found = {found.digest for found in registry.referrers(shop.repository.at(subject))}
    assert found == {new, old["digest"]}


_UNKNOWN_NAME = status(404, error="NAME_UNKNOWN", message="repository not found")
_NOT_FOUND = Reply(404, {"Content-Type": "text/plain"}, b"404 page not found")


def _listed_by_the_api_alone(shop: Pusher) -> Callable[[OciRegistry], set[Digest]]:
    """What a registry lists of an image that no fallback tag names."""
    subject = shop.image("1.0.0")
    artifact(shop, {key: subject[key] for key in ("mediaType", "digest", "size")})
    ref = shop.repository.at(Digest(subject["digest"]))
    return lambda registry: {found.digest for found in registry.referrers(ref)}


def test_a_repository_that_is_not_there_hides_nothing_of_others(
    connect: Connect, modern: FaultyRegistry
) -> None:
    shop, nobody, registry = Pusher(modern.address), Pusher(modern.address), connect()
    listed = _listed_by_the_api_alone(shop)
    if isinstance(modern, ReferrersStandIn):  # the real one says it by itself
        modern.fail(requests("GET", f"{nobody.path}/referrers/"), _UNKNOWN_NAME)
    absent = nobody.repository.at(Digest(f"sha256:{'0' * 64}"))
    assert registry.referrers(absent) == ()
    assert len(listed(registry)) == 1
    assert registry.referrers(absent) == ()


def test_an_unknown_manifest_hides_nothing_of_others(connect: Connect, announcing: FaultyRegistry) -> None:
    shop, registry = Pusher(announcing.address), connect()
    listed = _listed_by_the_api_alone(shop)
    unknown = status(404, error="MANIFEST_UNKNOWN")
    announcing.fail(requests("GET", "/referrers/"), unknown, times=1)
    assert listed(registry) == set()
    assert len(listed(registry)) == 1


@pytest.mark.parametrize("reply", [_NOT_FOUND, Reply(400), Reply(405), Reply(200, {}, b"<html>")])
def test_a_registry_that_has_listed_something_has_the_api(
    connect: Connect, announcing: FaultyRegistry, reply: Reply
) -> None:
    shop, registry = Pusher(announcing.address), connect()
    listed = _listed_by_the_api_alone(shop)
    assert len(listed(registry)) == 1
    announcing.fail(requests("GET", "/referrers/"), replied(reply), times=1)
    assert listed(registry) == set()
    assert len(listed(registry)) == 1


def test_a_registry_without_the_api_is_asked_once(connect: Connect, announcing: FaultyRegistry) -> None:
    shop, registry = Pusher(announcing.address), connect()
    listed = _listed_by_the_api_alone(shop)
    announcing.fail(requests("GET", "/referrers/"), replied(_NOT_FOUND))
    for _ in range(3):
        assert listed(registry) == set()
    assert announcing.count(requests("GET", "/referrers/")) == 1


def test_a_list_that_breaks_off_is_an_error(connect: Connect, announcing: FaultyRegistry) -> None:
    shop, registry = Pusher(announcing.address), connect()
    subject = shop.image("1.0.0")
    for _ in range(2):
        artifact(shop, {key: subject[key] for key in ("mediaType", "digest", "size")})
    announcing.fail(requests("GET", r"/referrers/.*\?page=1"), _UNKNOWN_NAME)
    with pytest.raises(RegistryError, match="breaks off"):
        registry.referrers(shop.repository.tagged("1.0.0"))


def test_what_is_attached_in_a_new_repository_gets_its_fallback_tag(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """The answer to the manifest tells whether it is listed, not that to a question before."""
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/referrers/"), _UNKNOWN_NAME)
    subject = shop.repository.tagged("1.0.0")
    record = connect().put_referrer(subject, _RECORD, b"{}", {})
    assert [found.digest for found in connect().referrers(subject)] == [record]
