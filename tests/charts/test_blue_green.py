"""Blue/green: each step changes exactly the objects and fields that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.differences import Difference, difference
from tests.charts.helm import DIGEST
from tests.charts.sites import NEW_IMAGE, SITES

if TYPE_CHECKING:
    from tests.charts.differences import Changes
    from tests.charts.helm import Helm
    from tests.charts.sites import Site

pytestmark = pytest.mark.integration
COLOR = "Service/notification: spec.selector.color"
PREVIEW_COLOR = "Service/notification-preview: spec.selector.color"
BUDGET, SCALER = "PodDisruptionBudget/notification", "HorizontalPodAutoscaler/notification"


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Site:
    return SITES[request.param]


def test_prepare(helm4: Helm, site: Site) -> None:
    before, after = helm4.render(site.rolling()), helm4.render(site.blue_green())
    green = {"Deployment/notification-green", f"{BUDGET}-green", "Service/notification-preview"}
    green |= site.config_maps("notification-green") | ({f"{SCALER}-green"} if site.autoscaled else set())
    assert difference(before, after) == Difference(added=green, changed={COLOR: (None, "blue")})


def test_switch_and_abort(helm4: Helm, site: Site) -> None:
    blue, green = (helm4.render(site.blue_green(active)) for active in ("blue", "green"))
    there: Changes = {COLOR: ("blue", "green"), PREVIEW_COLOR: ("green", "blue")}
    back: Changes = {COLOR: ("green", "blue"), PREVIEW_COLOR: ("blue", "green")}
    assert difference(blue, green) == Difference(changed=there)
    assert difference(green, blue) == Difference(changed=back)


@pytest.mark.parametrize("color", ["blue", "green"])
def test_a_new_image_for_one_color(helm4: Helm, site: Site, color: str) -> None:
    settings = {"blue": {"image": {"digest": DIGEST}}, "green": {"image": {"digest": DIGEST}}}
    before = helm4.render(site.blue_green(**settings))
    settings[color] = {"image": NEW_IMAGE}
    after = helm4.render(site.blue_green(**settings))
    name = "notification-green" if color == "green" else "notification"
    images = (before.container(name)["image"], after.container(name)["image"])
    place = f"Deployment/{name}: spec.template.spec.containers.0.image"
    assert difference(before, after) == Difference(changed={place: images})


@pytest.mark.parametrize(("color", "suffix"), [("blue", ""), ("green", "-green")])
def test_replicas_of_one_color(helm4: Helm, color: str, suffix: str) -> None:
    site, other = SITES["plain"], "green" if color == "blue" else "blue"
    before, five, one, none = (
        helm4.render(site.blue_green(other, **{"green": {}, color: special}))
        for special in ({}, {"replicas": 5}, {"replicas": 1}, {"replicas": 0})
    )
    field = f"Deployment/notification{suffix}: spec.replicas"
    assert difference(before, five) == Difference(changed={field: (2, 5)})
    budget = {f"{BUDGET}{suffix}"}
    assert difference(before, one) == Difference(removed=budget, changed={field: (2, 1)})
    assert difference(before, none) == Difference(removed=budget, changed={field: (2, 0)})


@pytest.mark.parametrize(("color", "suffix"), [("blue", ""), ("green", "-green")])
def test_a_color_sleeps_also_with_autoscaling(helm4: Helm, color: str, suffix: str) -> None:
    site, other = SITES["autoscaling"], "green" if color == "blue" else "blue"
    awake, four, asleep = (
        helm4.render(site.blue_green(other, **{"green": {}, color: special}))
        for special in ({}, {"replicas": 4}, {"replicas": 0})
    )
    assert difference(awake, four) == Difference()
    field = f"Deployment/notification{suffix}: spec.replicas"
    gone = {f"{BUDGET}{suffix}", f"{SCALER}{suffix}"}
    assert difference(awake, asleep) == Difference(removed=gone, changed={field: (None, 0)})


def test_another_strategy_ignores_the_settings_of_the_colors(helm4: Helm, site: Site) -> None:
    left = site.blue_green("green") | {"rollout": {"strategy": "rolling"}}
    assert difference(helm4.render(site.rolling()), helm4.render(left)) == Difference()


@pytest.mark.parametrize("name", ["notification", "notification-green"])
def test_each_budget_and_scaler_guards_its_own_track(helm4: Helm, name: str) -> None:
    rendered = helm4.render(SITES["autoscaling"].blue_green())
    selector = rendered.named("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]
    assert selector == rendered.named("Deployment", name)["spec"]["selector"]["matchLabels"]
    scaler = rendered.named("HorizontalPodAutoscaler", name)["spec"]
    assert scaler["scaleTargetRef"]["name"] == name


@pytest.mark.parametrize(("active", "idle"), [("blue", "green"), ("green", "blue")])
def test_the_services_select_one_color_each(helm4: Helm, active: str, idle: str) -> None:
    rendered = helm4.render(SITES["plain"].blue_green(active))
    pods = {"blue": rendered.pod("notification"), "green": rendered.pod("notification-green")}
    for service, color, other in (("", active, idle), ("-preview", idle, active)):
        selector = rendered.named("Service", f"notification{service}")["spec"]["selector"].items()
        assert selector <= pods[color]["metadata"]["labels"].items()
        assert not selector <= pods[other]["metadata"]["labels"].items()
