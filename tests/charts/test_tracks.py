"""Canary: each step changes exactly the objects and fields that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.differences import Difference, difference
from tests.charts.sites import NEW_IMAGE, SITES

if TYPE_CHECKING:
    from tests.charts.differences import Changes
    from tests.charts.helm import Helm, Rendered
    from tests.charts.sites import Site

pytestmark = pytest.mark.integration
CHANNEL = "Service/notification: spec.selector.channel"
BACKENDS = "HTTPRoute/notification: spec.rules.0.backendRefs"
IMAGE = "Deployment/notification: spec.template.spec.containers.0.image"
TRACKS = ("notification", "notification-canary")
HEADERS = {"X-Canary": "yes", "X-User": "7"}


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Site:
    return SITES[request.param]


@pytest.fixture
def routed() -> Site:
    return SITES["route"]


def _weights(site: Site, before: int, after: int) -> Changes:
    """With a route its two weights; without one the Service is opened to both tracks, or closed."""
    if site.routed:
        return {f"{BACKENDS}.0.weight": (100 - before, 100 - after), f"{BACKENDS}.1.weight": (before, after)}
    return {CHANNEL: (None if before else "stable", None if after else "stable")}


def test_prepare(helm4: Helm, site: Site) -> None:
    route: Changes = {
        f"{BACKENDS}.0.weight": (None, 100),
        f"{BACKENDS}.1.name": (None, "notification-canary"),
        f"{BACKENDS}.1.port": (None, 80),
        f"{BACKENDS}.1.weight": (None, 0),
    }
    changed = {CHANNEL: (None, "stable")} | (route if site.routed else {})
    step = difference(helm4.render(site.rolling()), helm4.render(site.canary()))
    assert step == Difference(added={"Service/notification-canary"}, changed=changed)


def test_start(helm4: Helm, site: Site) -> None:
    before, after = helm4.render(site.canary()), helm4.render(site.canary(image=NEW_IMAGE))
    added = {"Deployment/notification-canary"} | site.config_maps("notification-canary")
    assert difference(before, after) == Difference(added=added)
    stable, canary = after.container(), after.container("notification-canary")
    assert canary["image"] == f"myrepo.cr.io/notification@{NEW_IMAGE['digest']}" != stable["image"]


def test_shift(helm4: Helm, site: Site) -> None:
    weights = [helm4.render(site.canary(image=NEW_IMAGE, weight=weight)) for weight in (0, 10, 50, 100)]
    assert difference(weights[0], weights[1]) == Difference(changed=_weights(site, 0, 10))
    further = _weights(site, 10, 50) if site.routed else {}
    assert difference(weights[1], weights[2]) == Difference(changed=further)
    further = _weights(site, 50, 100) if site.routed else {}
    assert difference(weights[2], weights[3]) == Difference(changed=further)


def test_abort(helm4: Helm, site: Site) -> None:
    before = helm4.render(site.canary(image=NEW_IMAGE, weight=10))
    after = helm4.render(site.canary(image=NEW_IMAGE, replicas=0))
    shrunk: Changes = {"Deployment/notification-canary: spec.replicas": (1, 0)}
    assert difference(before, after) == Difference(changed=_weights(site, 10, 0) | shrunk)


def test_promote(helm4: Helm, site: Site) -> None:
    weighed = site.canary(image=NEW_IMAGE, weight=10)
    steps = [
        weighed,
        weighed | {"image": NEW_IMAGE},
        site.canary(image=NEW_IMAGE) | {"image": NEW_IMAGE},
        site.canary() | {"image": NEW_IMAGE},
    ]
    rendered = [helm4.render(values) for values in steps]
    image, weight, removal = map(difference, rendered, rendered[1:])
    digest = helm4.render(site.rolling()).container()["image"]
    new = rendered[0].container("notification-canary")["image"]
    assert image == Difference(changed={IMAGE: (digest, new)})
    assert weight == Difference(changed=_weights(site, 10, 0))
    gone = {"Deployment/notification-canary"} | site.config_maps("notification-canary")
    assert removal == Difference(removed=gone)


def test_another_strategy_ignores_the_settings_of_the_canary(helm4: Helm, site: Site) -> None:
    left = site.canary(image=NEW_IMAGE, weight=10) | {"rollout": {"strategy": "rolling"}}
    assert difference(helm4.render(site.rolling()), helm4.render(left)) == Difference()


@pytest.mark.parametrize("weight", [0, 10])
def test_headers(helm4: Helm, routed: Site, weight: int) -> None:
    before = helm4.render(routed.canary(image=NEW_IMAGE, weight=weight))
    after = helm4.render(routed.canary(image=NEW_IMAGE, weight=weight, headers=HEADERS))
    rule = "HTTPRoute/notification: spec.rules.0"
    changed: Changes = {
        f"{rule}.matches.0.path.type": (None, "PathPrefix"),
        f"{rule}.matches.0.path.value": (None, "/"),
        f"{rule}.backendRefs.0.name": (None, "notification-canary"),
        f"{rule}.backendRefs.0.port": (None, 80),
    }
    for place, (name, value) in enumerate(HEADERS.items()):
        changed[f"{rule}.matches.0.headers.{place}.name"] = (None, name)
        changed[f"{rule}.matches.0.headers.{place}.value"] = (None, value)
    assert difference(before, after) == Difference(changed=changed)


def test_headers_hold_for_every_path_and_keep_the_filters(helm4: Helm, routed: Site) -> None:
    filters = [{"type": "URLRewrite", "urlRewrite": {"hostname": "shop"}}]
    paths = {"paths": [{"path": "/api"}, {"path": "/exact", "type": "Exact"}], "filters": filters}
    values = routed.canary(image=NEW_IMAGE, headers=HEADERS)
    for_testers, for_all = _rules(helm4.render(values | {"route": values["route"] | paths}))
    assert [match["path"] for match in for_testers["matches"]] == [
        match["path"] for match in for_all["matches"]
    ]
    assert all(len(match["headers"]) == 2 for match in for_testers["matches"])
    assert for_testers["filters"] == for_all["filters"] == filters


def test_the_open_service_selects_both_tracks_and_the_canary_service_one(helm4: Helm) -> None:
    rendered = helm4.render(SITES["plain"].canary(image=NEW_IMAGE, weight=10))
    stable, canary = (rendered.pod(name)["metadata"]["labels"] for name in TRACKS)
    both = rendered.named("Service")["spec"]["selector"].items()
    own = rendered.named("Service", "notification-canary")["spec"]["selector"].items()
    assert both <= stable.items()
    assert both <= canary.items()
    assert own <= canary.items()
    assert not own <= stable.items()


def _rules(rendered: Rendered) -> list[Any]:
    rules: list[Any] = rendered.named("HTTPRoute")["spec"]["rules"]
    return rules
