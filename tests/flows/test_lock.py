"""The Lease of a release: who may take it from whom, with clocks that do not agree."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from helmforge.domain.cluster import Lease, ReleaseKey
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from helmforge.errors import RefusedError, StepError
from helmforge.flows.steps import lock
from helmforge.flows.steps.lock import SECONDS, exclusive
from helmforge.flows.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = ReleaseKey(Cluster("dev"), Namespace("shop-qa"), "shop")
START = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Cloud:
    """A clock and a cluster with one Lease. `meanwhile` happens whenever somebody waits."""

    held: Lease | None = None
    passed: float = 0.0
    meanwhile: Callable[[], None] = lambda: None
    namespaces: list[str] = field(default_factory=list)
    release_fails: bool = False
    _version: int = 100

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        self.passed += seconds
        self.meanwhile()

    def lease(self, key: ReleaseKey) -> Lease | None:
        return self.held

    def ensure_namespace(self, cluster: Cluster, namespace: str) -> None:
        self.namespaces.append(namespace)

    def create_lease(self, key: ReleaseKey, holder: str, seconds: int) -> bool:
        if self.held is None:
            self.write(holder, self.now())
            return True
        return False

    def renew_lease(self, key: ReleaseKey, lease: Lease, holder: str, seconds: int) -> bool:
        if self.held is None or lease.version != self.held.version:
            return False
        self.write(holder, self.now())
        return True

    def release_lease(self, key: ReleaseKey, holder: str) -> None:
        if self.release_fails:
            raise StepError("not now")
        self.write("", self.now())

    def write(self, holder: str, renewed: datetime) -> None:
        self._version += 1
        self.held = Lease("helmforge-shop", holder, renewed, SECONDS, str(self._version))


def world(cloud: Cloud) -> World:
    unused: Any = None
    empty = World(*(unused for _ in World.__dataclass_fields__))
    return replace(empty, kubernetes=cast("Any", cloud), clock=cloud, holder="us")


def take(cloud: Cloud, lines: list[str] | None = None) -> float:
    """How long it took to get the Lease; it is given back afterwards."""
    with exclusive(world(cloud), KEY, (lines if lines is not None else []).append):
        assert cloud.held is not None
        assert cloud.held.holder == "us"
        return cloud.passed


def test_the_first_run_makes_the_namespace_and_the_lease() -> None:
    cloud = Cloud()
    assert take(cloud) == 0
    assert cloud.namespaces == ["shop-qa"]
    assert cloud.held is not None
    assert cloud.held.holder == ""


def test_a_lease_that_was_given_back_is_taken_at_once() -> None:
    cloud = Cloud()
    take(cloud)
    assert take(cloud) == 0


@pytest.mark.parametrize(
    ("renewed", "patience"),
    [
        pytest.param(START - timedelta(hours=1), SECONDS / 2, id="long ago"),
        pytest.param(START + timedelta(hours=1), SECONDS, id="its clock was ahead of ours"),
        pytest.param(START, SECONDS, id="just now"),
    ],
)
def test_the_lease_of_a_killed_run_is_taken_over_after_a_while(renewed: datetime, patience: float) -> None:
    cloud, lines = Cloud(), list[str]()
    cloud.write("the dead", renewed)
    assert patience <= take(cloud, lines) <= patience + 1
    assert "the dead is deploying shop, or was killed" in lines[0]


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(hours=1), timedelta(hours=-1)])
def test_a_live_holder_keeps_its_lease_whatever_its_clock_says(behind: timedelta) -> None:
    cloud = Cloud()
    cloud.write("the living", START - behind)

    def renew() -> None:
        if cloud.passed % (SECONDS / 3) == 0:
            cloud.write("the living", cloud.now() - behind)

    cloud.meanwhile = renew
    with pytest.raises(RefusedError, match="another run is deploying shop") as caught:
        take(cloud)
    assert "the living" in caught.value.why
    assert cloud.held is not None
    assert cloud.held.holder == "the living"


def test_of_two_that_wait_one_wins_and_the_other_waits_on() -> None:
    cloud = Cloud()
    cloud.write("the dead", START - timedelta(hours=1))
    rivals = iter(["the rival"])

    def rival() -> None:
        if cloud.passed >= SECONDS / 2 - 1:
            for holder in rivals:
                cloud.write(holder, cloud.now())

    cloud.meanwhile = rival
    assert take(cloud) >= SECONDS


def test_a_lease_that_cannot_be_given_back_is_no_error() -> None:
    cloud, lines = Cloud(release_fails=True), list[str]()
    take(cloud, lines)
    assert any("was not given back (not now)" in line for line in lines)


def test_a_lease_that_was_not_renewed_for_its_time_is_lost() -> None:
    cloud = Cloud()
    with exclusive(world(cloud), KEY, list[str]().append) as hold:
        assert not hold.lost
        cloud.passed += SECONDS + 1
        assert hold.lost


class Ailing(Cloud):
    """Reads of the Lease fail with `error` once it is set; `renewed` afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.failed, self.renewed = threading.Event(), threading.Event()

    def lease(self, key: ReleaseKey) -> Lease | None:
        if self.error is None:
            return super().lease(key)
        error, self.error = self.error, None
        self.failed.set()
        raise error

    def renew_lease(self, key: ReleaseKey, lease: Lease, holder: str, seconds: int) -> bool:
        if self.failed.is_set():
            self.renewed.set()
        return super().renew_lease(key, lease, holder, seconds)


def while_renewal_fails_once(cloud: Ailing, error: Exception, lines: list[str]) -> None:
    with exclusive(world(cloud), KEY, lines.append):
        cloud.error = error
        assert cloud.renewed.wait(30), "it was not tried again"


def test_a_defect_in_the_renewing_thread_is_raised_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SECONDS", 0.03)
    cloud, lines = Ailing(), list[str]()
    with pytest.raises(ValueError, match="half a document"):
        while_renewal_fails_once(cloud, ValueError("half a document"), lines)
    assert any("was not renewed: ValueError('half a document')" in line for line in lines)
    assert cloud.held is not None
    assert cloud.held.holder == ""


def test_a_renewal_that_fails_outside_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SECONDS", 0.03)
    lines = list[str]()
    while_renewal_fails_once(Ailing(), StepError("the API server is busy"), lines)
    assert any("was not renewed: the API server is busy" in line for line in lines)
