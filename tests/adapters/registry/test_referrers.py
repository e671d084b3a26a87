"""docker-registry has no Referrers API: the fallback tag. Registries that have it: test_referrers_api."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import Digest
from tests.adapters.registry.pushing import OCI_INDEX, OCI_MANIFEST
from tests.support.faults import replied, status
from tests.support.faulty_registry import Reply, requests

if TYPE_CHECKING:
    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import Asked, FaultyRegistry

pytestmark = pytest.mark.integration

_RECORD = "application/vnd.helmforge.promotion.v1+json"
_NOTE = "application/vnd.helmforge.note"


def test_what_is_attached_is_found_again(connect: Connect, shop: Pusher) -> None:
    registry, subject = connect(), shop.repository.tagged("1.0.0")
    pushed = shop.image("1.0.0")
    digest = registry.put_referrer(subject, _RECORD, b'{"by": "ada"}', {"who": "ada"})
    (found,) = registry.referrers(subject)
    assert (found.digest, found.media_type) == (digest, OCI_MANIFEST)
    assert (found.artifact_type, found.annotations) == (_RECORD, {"who": "ada"})
    manifest = json.loads(shop.raw(digest))
    assert manifest["subject"]["digest"] == pushed["digest"]
    assert manifest["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"
    assert registry.blob(shop.repository, Digest(manifest["layers"][0]["digest"])) == b'{"by": "ada"}'


def test_attaching_twice_is_attaching_once(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0")
    subject = shop.repository.tagged("1.0.0")
    first = connect().put_referrer(subject, _RECORD, b"{}", {"b": "1", "a": "2"})
    assert connect().put_referrer(subject, _RECORD, b"{}", {"a": "2", "b": "1"}) == first
    assert len(connect().referrers(subject)) == 1


def test_kinds_are_told_apart(connect: Connect, shop: Pusher) -> None:
    registry, subject = connect(), shop.repository.at(Digest(shop.index([shop.image()])["digest"]))
    record = registry.put_referrer(subject, _RECORD, b"{}", {})
    note = registry.put_referrer(subject, _NOTE, b"{}", {})
    assert [found.digest for found in registry.referrers(subject)] == [record, note]
    assert [found.digest for found in registry.referrers(subject, _NOTE)] == [note]
    assert registry.referrers(subject, "application/other") == ()


def test_the_fallback_tag_is_a_plain_index(connect: Connect, shop: Pusher) -> None:
    subject = Digest(shop.image("1.0.0")["digest"])
    connect().put_referrer(shop.repository.at(subject), _RECORD, b"{}", {})
    index = json.loads(shop.raw(f"sha256-{subject.removeprefix('sha256:')}"))
    assert (index["mediaType"], len(index["manifests"])) == (OCI_INDEX, 1)


def test_no_referrers(connect: Connect, shop: Pusher) -> None:
    shop.image("1.0.0")
    assert connect().referrers(shop.repository.tagged("1.0.0")) == ()
    assert connect().referrers(shop.repository.tagged("2.0.0")) == ()


def test_nothing_can_be_attached_to_nothing(connect: Connect, shop: Pusher) -> None:
    with pytest.raises(RegistryError, match="nothing to attach to"):
        connect().put_referrer(shop.repository.tagged("1.0.0"), _RECORD, b"{}", {})


def test_a_record_that_another_writer_overwrote_is_written_again(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """Between our look and our write somebody else writes: we write last and they are lost, or the
    other way round. Here the other one wins once.
    """
    subject = Digest(shop.image("1.0.0")["digest"])
    tag = f"sha256-{subject.removeprefix('sha256:')}"
    theirs = shop.image()
    overwritten: list[str] = []

    def overwrite(asked: Asked) -> None:
        """Before our second look."""
        wrote = faulty.count(requests("PUT", f"/manifests/{tag}"))
        if asked.method == "GET" and asked.path.endswith(tag) and wrote == 1 and not overwritten:
            overwritten.append(tag)
            shop.index([theirs], tag)

    faulty.on_request(overwrite)
    ours = connect().put_referrer(shop.repository.at(subject), _RECORD, b"{}", {})
    found = {found.digest for found in connect().referrers(shop.repository.at(subject))}
    assert found == {ours, theirs["digest"]}


def test_endless_races_end(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/manifests/sha256-"), status(404, error="MANIFEST_UNKNOWN"))
    with pytest.raises(RegistryError, match="keep overwriting"):
        connect().put_referrer(shop.repository.tagged("1.0.0"), _RECORD, b"{}", {})


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"Content-Type": "text/html"}, b"<html>"),
        Reply(405, {}, b""),
        Reply(400, {}, b"{}"),
    ],
)
def test_registries_say_in_many_ways_that_they_have_no_referrers_api(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, reply: Reply
) -> None:
    shop.image("1.0.0")
    subject = shop.repository.tagged("1.0.0")
    faulty.fail(requests("GET", "/referrers/"), replied(reply))
    digest = connect().put_referrer(subject, _RECORD, b"{}", {})
    assert [found.digest for found in connect().referrers(subject)] == [digest]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"manifests": [1]}', b'{"manifests": [{"digest": "x"}]}'])
def test_a_broken_list_of_referrers_is_an_error(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, body: bytes
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET", "/referrers/"), replied(Reply(200, {"Content-Type": OCI_INDEX}, body)))
    with pytest.raises(RegistryError, match="broken list of referrers"):
        connect().referrers(shop.repository.tagged("1.0.0"))
