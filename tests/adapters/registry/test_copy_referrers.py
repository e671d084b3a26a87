"""What is attached to an image goes with it: signatures, SBOMs, and what is attached to these in turn."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.oci import CopyReport, Digest
from helmforge.errors import HelmforgeError, RefusedError
from tests.adapters.registry.attaching import SIGNATURE, attach, fallback_tag, listed, signed
from tests.adapters.registry.pushing import Pusher
from tests.support.faults import dropped

if TYPE_CHECKING:
    from helmforge.adapters.registry import OciRegistry
    from helmforge.domain.oci import ImageRef
    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import FaultyRegistry, Matcher

pytestmark = pytest.mark.integration

_WRITES = {"PUT", "POST"}
RECORD = "application/vnd.helmforge.promotion.v1+json"


class Signed:
    """An index of platforms and an attestation manifest; SBOM and signatures on every floor."""

    def __init__(self, shop: Pusher, platforms: int = 2) -> None:
        self.platforms = [shop.image(layers=1) for _ in range(platforms)]
        attestation = {**shop.image(layers=1), "annotations": {"vnd.docker.reference.type": "attestation"}}
        self.root = shop.index([*self.platforms, attestation], "1.0.0")
        self.sbom = attach(shop, self.root)
        self.signature = attach(shop, self.sbom, SIGNATURE)
        self.of_platform = attach(shop, self.platforms[-1], SIGNATURE)
        self.cosign = signed(shop, self.root, "first")
        self.attestation = signed(shop, self.platforms[0], "second", suffix=".att")


def prod(shop: Pusher) -> Pusher:
    return Pusher(shop.address, f"prod/{Pusher(shop.address).path}")


def both(shop: Pusher, target: Pusher) -> tuple[ImageRef, ImageRef]:
    return shop.repository.tagged("1.0.0"), target.repository.tagged("1.0.0")


def assert_complete(registry: OciRegistry, image: Signed, shop: Pusher, target: Pusher) -> None:
    """Every manifest is there byte by byte with all its blobs, and every list names what it should."""
    assert target.raw("1.0.0") == shop.raw("1.0.0")
    pairs = (
        (image.root, image.sbom),
        (image.sbom, image.signature),
        (image.platforms[-1], image.of_platform),
    )
    for subject, referrer in pairs:
        (found,) = registry.referrers(target.repository.at(Digest(subject["digest"])))
        assert (found.digest, found.artifact_type) == (referrer["digest"], referrer["artifactType"])
        assert target.raw(found.digest) == shop.raw(found.digest)
        for layer in json.loads(target.raw(found.digest))["layers"]:
            registry.blob(target.repository, Digest(layer["digest"]))
    for subject, suffix in ((image.root, ".sig"), (image.platforms[0], ".att")):
        tag = fallback_tag(subject, suffix)
        assert target.raw(tag) == shop.raw(tag)


def test_everything_that_is_attached_goes_with_the_image(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    image, target, registry = Signed(shop), prod(shop), connect()
    report = registry.copy(*both(shop, target))
    assert_complete(registry, image, shop, target)
    assert (report.referrers, report.manifests, report.uploaded) == (5, 9, 0)
    writes = [path for method, path in faulty.requests if method == "PUT" and target.path in path]
    assert writes[-1].endswith("/manifests/1.0.0")
    assert registry.is_copied(*both(shop, target))


def test_a_second_copy_writes_nothing(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    Signed(shop)
    target, registry = prod(shop), connect()
    first = registry.copy(*both(shop, target))
    before = len(faulty.requests)
    assert registry.copy(*both(shop, target)) == CopyReport(first.digest, 0, 0, 0, 0, 0)
    assert {method for method, _ in faulty.requests[before:]} == {"GET", "HEAD"}


def test_what_is_attached_later_is_copied_alone(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    image, target, registry = Signed(shop), prod(shop), connect()
    registry.copy(*both(shop, target))
    late = attach(shop, image.sbom, SIGNATURE)
    assert not registry.is_copied(*both(shop, target))
    before = len(faulty.requests)
    report = registry.copy(*both(shop, target))
    assert (report.manifests, report.referrers) == (1, 1)
    puts = [path for method, path in faulty.requests[before:] if method == "PUT" and "/manifests/" in path]
    assert [path.rpartition("/")[2] for path in puts] == [late["digest"], fallback_tag(image.sbom)]


def _write(number: int) -> Matcher:
    writes = itertools.count()
    return lambda asked: asked.method == "PUT" and next(writes) == number


def test_a_tag_never_names_what_is_not_all_there(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """The copy breaks off at its first manifest, its second, and so on: the next one carries on."""
    image, patient, hasty = Signed(shop, platforms=1), connect(), connect(attempts=1)
    broken = 0
    while True:
        target = prod(shop)
        faulty.fail(_write(broken), dropped())
        try:
            hasty.copy(*both(shop, target))
        except HelmforgeError:
            faulty.heal()
            assert patient.resolve(both(shop, target)[1]) is None
            patient.copy(*both(shop, target))
            assert_complete(patient, image, shop, target)
            broken += 1
        else:
            break
    assert broken > 10


def test_what_is_attached_at_the_target_stays(connect: Connect, shop: Pusher) -> None:
    pushed, target, registry = shop.image("1.0.0"), prod(shop), connect()
    registry.copy(*both(shop, target))
    own = registry.put_referrer(both(shop, target)[1], RECORD, b"{}", {})
    sbom = attach(shop, pushed)
    registry.copy(*both(shop, target))
    assert [entry["digest"] for entry in listed(target, pushed)] == [own, sbom["digest"]]


def test_a_record_of_another_promotion_stays_behind(connect: Connect, shop: Pusher) -> None:
    """Whoever may push to QA could forge one."""
    pushed, target, registry = shop.image("1.0.0"), prod(shop), connect()
    attach(shop, pushed, RECORD)
    sbom = attach(shop, pushed)
    report = registry.copy(*both(shop, target), leave_out=[RECORD])
    assert report.referrers == 1
    assert [entry["digest"] for entry in listed(target, pushed)] == [sbom["digest"]]
    assert registry.is_copied(*both(shop, target), leave_out=[RECORD])


def test_more_signatures_at_the_target_are_no_reason_to_copy(connect: Connect, shop: Pusher) -> None:
    pushed, target, registry = shop.image("1.0.0"), prod(shop), connect()
    signed(shop, pushed, "first")
    registry.copy(*both(shop, target))
    signed(target, pushed, "first", "second")
    there = target.raw(fallback_tag(pushed, ".sig"))
    assert registry.is_copied(*both(shop, target))
    assert registry.copy(*both(shop, target)).manifests == 0
    assert target.raw(fallback_tag(pushed, ".sig")) == there


def test_other_signatures_at_the_target_are_not_overwritten(connect: Connect, shop: Pusher) -> None:
    pushed, target, registry = shop.image("1.0.0"), prod(shop), connect()
    signed(shop, pushed, "first")
    signed(target, pushed, "second")
    there = target.raw(fallback_tag(pushed, ".sig"))
    with pytest.raises(RefusedError, match=r"\.sig holds something else"):
        registry.copy(*both(shop, target))
    assert target.raw(fallback_tag(pushed, ".sig")) == there
    assert registry.resolve(both(shop, target)[1]) is None


def test_within_one_repository_there_is_nothing_to_carry(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    Signed(shop)
    before = len(faulty.requests)
    report = connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("stable"))
    assert (report.manifests, report.referrers) == (1, 0)
    writes = [path for method, path in faulty.requests[before:] if method in _WRITES]
    assert len(writes) == 1
