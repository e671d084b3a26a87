"""A registry that is down, busy, broken, or does not let us in: at pull, at push and at the copy.

How long a silent registry is waited for (30 s, four times) cannot be set by users;
tests/adapters/registry/test_retries.py holds answers back with a shorter patience.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused
from tests.support.faults import dropped, status
from tests.support.faulty_registry import requests

if TYPE_CHECKING:
    from tests.road.scene import Scene
    from tests.support.commands import Ran
    from tests.support.faulty_registry import Fault, Matcher

pytestmark = pytest.mark.integration

LOGIN = ("log in with `docker login 127.0.0.1",)
TRY_LATER = ("gave no usable answer", "try again later")
DENIED = status(403, error="DENIED", message="requested access to the resource is denied")
UNKNOWN = status(401, error="UNAUTHORIZED", message="authentication required")
BROKEN = status(500, error="UNKNOWN", message="disk full")
SOON = status(429, error="TOOMANYREQUESTS", message="slow down", Retry_After="0")
PROMOTE = ("release", "promote", "notification", "0.1.0", "--env", "prod")


@pytest.fixture(scope="module")
def approved(scene: Scene) -> Scene:
    """notification 0.1.0 runs in QA and may go to production."""
    scene.release("0.1.0")
    scene.shop.approve("0.1.0")
    return scene


def released(scene: Scene, version: str, matcher: Matcher, fault: Fault) -> tuple[Ran, set[str]]:
    """A release while the registry misbehaves, and what changed."""
    branch = f"release/notification/{version}"
    scene.pushed(branch)
    before = scene.state()
    scene.proxy.fail(matcher, fault)
    ran = scene.shop.run("pipeline", "run", "--ref", branch)
    scene.proxy.heal()
    return ran, scene.changes(before)


def assert_goes_on(scene: Scene, version: str) -> None:
    """The same command, once the registry is well again, does the rest."""
    ran = scene.shop.good("pipeline", "run", "--ref", f"release/notification/{version}", "-o", "json")
    assert (ran.statuses["claim"], ran.statuses["deploy-qa"]) == ("skipped", "done")


@pytest.mark.parametrize(
    ("number", "fault", "code", "parts"),
    [
        (0, dropped(), 4, TRY_LATER),
        (1, BROKEN, 4, (*TRY_LATER, "tried 4 times", "HTTP 500")),
        (2, UNKNOWN, 1, ("no permission", "HTTP 401 (without a login)", *LOGIN)),
        (3, DENIED, 1, ("no permission", "HTTP 403", *LOGIN)),
    ],
    ids=["down", "500", "401", "403"],
)
def test_at_the_first_look_nothing_has_happened(
    scene: Scene, number: int, fault: Fault, code: int, parts: tuple[str, ...]
) -> None:
    ran, changes = released(scene, f"1.{number}.0", requests(), fault)
    assert_refused(ran, code, *parts)
    assert changes == set()


@pytest.mark.parametrize(
    ("number", "fault", "code", "parts"),
    [
        (0, dropped(), 4, ("check that the registry",)),
        (1, BROKEN, 4, ("check that the registry",)),
        (2, UNKNOWN, 1, (" login 127.0.0.1",)),
        (3, DENIED, 1, ("denied", " login 127.0.0.1")),
    ],
    ids=["down", "500", "401", "403"],
)
def test_at_the_push_of_the_image_only_the_claim_stands(
    scene: Scene, number: int, fault: Fault, code: int, parts: tuple[str, ...]
) -> None:
    version = f"2.{number}.0"
    ran, changes = released(scene, version, requests("POST", "/v2/notification/blobs/"), fault)
    assert_refused(ran, code, f"/notification:{version} cannot be pushed", *parts)
    assert changes == {f"ref refs/tags/notification/{version}"}
    if number == 0:
        assert_goes_on(scene, version)


@pytest.mark.parametrize(
    ("number", "fault", "code", "parts"),
    [
        (0, dropped(), 4, ("check that the registry",)),
        (1, UNKNOWN, 1, ("helm registry login 127.0.0.1",)),
        (2, DENIED, 1, ("helm registry login 127.0.0.1",)),
    ],
    ids=["down", "401", "403"],
)
def test_at_the_push_of_the_chart_nothing_is_deployed(
    scene: Scene, number: int, fault: Fault, code: int, parts: tuple[str, ...]
) -> None:
    version = f"3.{number}.0"
    ran, changes = released(scene, version, requests("POST", "/v2/charts/notification/blobs/"), fault)
    assert_refused(ran, code, f"notification-{version}.tgz cannot be pushed", *parts)
    image = f"registry notification:{version}"
    assert changes == {f"ref refs/tags/notification/{version}", image, f"{image} attached"}
    if number == 0:
        assert_goes_on(scene, version)


@pytest.mark.parametrize(
    ("fault", "code", "parts"),
    [
        (dropped(), 4, TRY_LATER),
        (BROKEN, 4, (*TRY_LATER, "HTTP 500 UNKNOWN: disk full")),
        (UNKNOWN, 1, ("no permission", "authentication required", *LOGIN)),
        (DENIED, 1, ("no permission", "DENIED", *LOGIN)),
    ],
    ids=["down", "500", "401", "403"],
)
def test_at_the_copy_production_is_untouched(
    approved: Scene, fault: Fault, code: int, parts: tuple[str, ...]
) -> None:
    for method in ("POST", "PUT"):  # a mount when the layers are not there, otherwise the manifest
        approved.proxy.fail(requests(method, "/v2/prod/notification/"), fault)
    with approved.unchanged():
        ran = approved.shop.run(*PROMOTE)
    assert_refused(ran, code, *parts)


def test_passing_trouble_everywhere_is_no_trouble(scene: Scene) -> None:
    for matcher in (
        requests("HEAD", "/v2/notification/manifests/"),
        requests("POST", "/v2/notification/blobs/"),
        requests("PUT", "/v2/notification/manifests/"),
        requests("POST", "/v2/charts/notification/blobs/"),
        requests("GET", "/v2/charts/notification/manifests/"),
        requests("POST", "/v2/prod/notification/blobs/"),
        requests("PUT", "/v2/prod/notification/manifests/"),
    ):
        scene.proxy.fail(matcher, SOON, times=1)
        scene.proxy.fail(matcher, BROKEN, times=1)
    version = "4.0.0"
    scene.release(version)
    scene.shop.approve(version)
    scene.shop.good("release", "promote", "notification", version, "--env", "prod")
    digest = scene.shop.digest("notification", version)
    assert digest == scene.shop.digest("prod/notification", version) != ""
