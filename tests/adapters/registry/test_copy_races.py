"""Somebody else writes to the same registry while a copy is on its way, at each of its requests in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.oci import Digest
from helmforge.errors import HelmforgeError, RefusedError
from tests.adapters.registry.attaching import attach
from tests.adapters.registry.pushing import OCI_MANIFEST, Pusher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import Asked, FaultyRegistry
    from tests.support.registry import RegistryServer

pytestmark = pytest.mark.integration


class Meddler:
    """Does `act` when the request with this number arrives. Threads ask for more or for less in each turn."""

    def __init__(self, faulty: FaultyRegistry, act: Callable[[], object]) -> None:
        self.number = -1
        self.asked = ""
        self._left = -1
        self._act = act
        faulty.on_request(self._see)

    def turns(self) -> Iterator[int]:
        """Each number until there are no more requests; the copy runs in the loop's body."""
        while self._left < 0:
            self.number += 1
            self._left, self.asked = self.number, ""
            yield self.number

    def _see(self, asked: Asked) -> None:
        if self._left == 0:
            self.asked = f"{asked.method} {asked.path.rpartition('/')[2]}"
            self._act()
        self._left -= 1


def test_a_tag_at_the_target_is_not_overwritten_whenever_it_comes(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, server: RegistryServer
) -> None:
    """Registries cannot create a tag only if it is new: at the one request that writes it, and there alone,
    what another writer put there a moment before is replaced, by what was approved.
    """
    pushed = shop.image("1.0.0", layers=1)
    attach(shop, pushed)
    source, registry, replaced = shop.repository.at(Digest(pushed["digest"])), connect(), []
    place, wanted = Pusher(server.address), shop.raw("1.0.0")
    theirs = place.image(layers=1)
    meddler = Meddler(faulty, lambda: place.index([theirs], "1.0.0"))
    for turn in meddler.turns():
        place.path = f"prod/{turn}/{shop.path}"
        theirs = place.image(layers=1)
        target = Pusher(shop.address, place.path).repository.tagged("1.0.0")
        try:
            registry.copy(source, target)
        except RefusedError:
            assert theirs["digest"] in place.raw("1.0.0").decode()
        else:
            assert place.raw("1.0.0") == wanted
            if meddler.asked:
                replaced.append(meddler.asked)
    assert meddler.number > 15
    assert set(replaced) <= {"PUT 1.0.0"}


def test_a_tag_at_the_source_may_move_at_any_time(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, server: RegistryServer
) -> None:
    """What arrives is what was asked for by digest, or nothing."""
    place = Pusher(server.address, shop.path)
    approved, other = place.image(layers=1), place.image(layers=1)
    attach(place, approved)
    bytes_approved = place.raw(approved["digest"])
    meddler = Meddler(faulty, lambda: place.index([other], "1.0.0"))
    for turn in meddler.turns():
        place.manifest({"config": place.blob(b"{}"), "layers": []}, OCI_MANIFEST, "1.0.0")
        target = Pusher(shop.address, f"prod/{turn}/{shop.path}")
        source = shop.repository.at(Digest(approved["digest"]))
        try:
            connect().copy(source, target.repository.tagged("1.0.0"))
        except HelmforgeError:
            assert connect().resolve(target.repository.tagged("1.0.0")) is None
        else:
            there = Pusher(server.address, target.path)
            assert there.raw("1.0.0") == bytes_approved
    assert meddler.number > 15
