"""SIGKILL anywhere, the same command again, and the world is as if nothing had happened.

By default a sample of the points is hit; HELMFORGE_KILL_EVERY=1 (`make kill`) hits all of them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.kill.killing import Killer
from tests.kill.worlds import expire_lease, newest_revision, observe
from tests.support.registry import RegistryServer
from tests.support.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kill.killing import Point
    from tests.kill.worlds import World
    from tests.support.shop import Place

ATTEMPTS = 3
"""How often a run asks while it waits differs from run to run: a late point may come up only at the next."""
EVERY = int(os.environ.get("HELMFORGE_KILL_EVERY", "17"))


class Trial:
    """A shop whose runs can be killed; versions count up from 1.0.0."""

    def __init__(self, shop: Shop, killer: Killer, environment: str) -> None:
        self.shop = shop
        self.killer = killer
        self.environment = environment
        self._patch = 0

    def next_version(self) -> str:
        version = f"1.0.{self._patch}"
        self._patch += 1
        self.shop.repo.push(f"release/notification/{version}")
        self.shop.repo.git("checkout", "--quiet", "-B", f"release/notification/{version}")
        if self.environment == "prod":
            self.shop.good("pipeline", "run")
            self.shop.approve(version)
        return version

    def command(self, version: str) -> tuple[str, ...]:
        if self.environment == "qa":
            return ("pipeline", "run")
        return ("release", "promote", "notification", version, "--env", "prod")

    def undisturbed(self) -> tuple[World, list[Point]]:
        version = self.next_version()
        before = newest_revision(self.shop, self.environment)
        points = self.killer.count(self.shop, *self.command(version))
        return observe(self.shop, version, self.environment, before), points

    def killed(self, point: Point) -> tuple[bool, World]:
        version = self.next_version()
        before = newest_revision(self.shop, self.environment)
        hit = self.killer.kill(self.shop, point, *self.command(version))
        expire_lease(self.shop, self.environment)
        self.shop.good(*self.command(version))
        return hit, observe(self.shop, version, self.environment, before)


@pytest.fixture(params=["qa", "prod"])
def trial(request: pytest.FixtureRequest, tmp_path: Path, place: Place) -> Iterator[Trial]:
    with RegistryServer(tmp_path / "registry") as registry:
        killer = Killer(tmp_path / "kill", registry.address)
        with killer.proxy:
            shop = Shop(tmp_path / "shop", killer.proxy.address, place)
            killer.install(shop)
            yield Trial(shop, killer, request.param)


def test_killed_anywhere_and_run_again_ends_the_same(
    trial: Trial, record_property: Callable[[str, object], None]
) -> None:
    trial.undisturbed()  # the first installation is another story than the upgrades that follow
    expected, points = trial.undisturbed()
    chosen = [*points[:-1:EVERY], points[-1]]
    differed, hits = [], 0
    for point in chosen:
        for _ in range(ATTEMPTS):
            hit, world = trial.killed(point)
            if world != expected:
                differed.append((str(point), world))
            if hit:
                hits += 1
                break
    helm = trial.shop.place.helm.parent.name
    record_property(
        "evidence",
        f"{helm}, {trial.environment}: killed at {hits} of {len(points)} points, "
        f"{len(differed)} ended differently",
    )
    assert hits >= len(chosen) - 2, "most of the chosen points must have been reached"
    assert differed == [], f"expected {expected}"
