"""Combinations of canary and blue/green that no cluster has to be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.sites import NEW_IMAGE, SITES

if TYPE_CHECKING:
    from tests.charts.helm import Helm
    from tests.charts.sites import Values

pytestmark = pytest.mark.integration
PLAIN, ROUTED = SITES["plain"], SITES["route"]
HEADERS = {"headers": {"X-Canary": "yes"}}
REFUSED: list[tuple[str, Values]] = [
    ("canary.image", PLAIN.canary(weight=10)),
    ("canary.image", ROUTED.canary(weight=10)),
    ("canary.image", ROUTED.canary(**HEADERS)),
    ("canary.image", PLAIN.canary(weight=10, image={"repository": "myrepo.cr.io/other"})),
    ("canary.replicas", PLAIN.canary(weight=10, image=NEW_IMAGE, replicas=0)),
    ("canary.replicas", ROUTED.canary(image=NEW_IMAGE, replicas=0, **HEADERS)),
    ("canary.headers", PLAIN.canary(image=NEW_IMAGE, **HEADERS)),
    ("canary.headers", SITES["ingress"].canary(image=NEW_IMAGE, weight=10, **HEADERS)),
    ("blueGreen.blue.replicas", PLAIN.blue_green(blue={"replicas": 0})),
    ("blueGreen.blue.replicas", PLAIN.blue_green() | {"replicas": 0}),
    ("blueGreen.green.replicas", PLAIN.blue_green("green", green={"replicas": 0})),
    ("blueGreen.green.replicas", SITES["autoscaling"].blue_green("green", green={"replicas": 0})),
]


@pytest.mark.parametrize(("key", "values"), REFUSED)
def test_refused(helm: Helm, key: str, values: Values) -> None:
    """Helm's `fail` does not fail while linting, but its message is printed."""
    rendered = helm.render(values)
    assert rendered.failed
    assert f"{key}: " in rendered.text
    assert f"{key}: " in helm.lint(values).text


ACCEPTED: dict[str, Values] = {
    "a canary without requests": PLAIN.canary(image=NEW_IMAGE),
    "a canary that sleeps": PLAIN.canary(image=NEW_IMAGE, replicas=0),
    "all requests": ROUTED.canary(image=NEW_IMAGE, weight=100),
    "headers and weight": ROUTED.canary(image=NEW_IMAGE, weight=10, **HEADERS),
    "an idle color that sleeps": PLAIN.blue_green(green={"replicas": 0}),
    "settings of another strategy": PLAIN.canary(weight=10) | {"rollout": {"strategy": "blueGreen"}},
}


@pytest.mark.parametrize("values", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(helm4: Helm, values: Values) -> None:
    assert not helm4.render(values).failed


def test_without_a_cluster_a_switch_renders(helm4: Helm) -> None:
    """GitOps tools and CI render what the cluster could not confirm."""
    assert not helm4.render(PLAIN.blue_green("green")).failed
