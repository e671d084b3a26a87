"""Canary and blue/green: each step changes exactly the objects that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import DIGEST, OTHER_DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.charts.helm import Helm, Object, Rendered

pytestmark = pytest.mark.integration
BASE: dict[str, Any] = {
    "image": {"digest": DIGEST},
    "autoscaling": {"enabled": True},
    "config": {"env": {"LEVEL": "info"}},
    "route": {"enabled": True, "parentRefs": [{"name": "public"}]},
}
CANARY = BASE | {"rollout": {"strategy": "canary"}}
NEW_IMAGE = {"digest": OTHER_DIGEST}
BLUE_GREEN = BASE | {"rollout": {"strategy": "blueGreen"}, "blueGreen": {"green": {"image": NEW_IMAGE}}}


def _canary(**settings: object) -> dict[str, Any]:
    return CANARY | {"canary": {"image": NEW_IMAGE} | settings}


def test_from_rolling_to_canary(helm4: Helm) -> None:
    added, changed = _difference(helm4.render(BASE), helm4.render(CANARY))
    assert added == {"Service/notification-canary"}
    assert changed == {
        "Service/notification: spec.selector.channel": (None, "stable"),
        "HTTPRoute/notification: spec.rules.0.backendRefs.0.weight": (None, 100),
        "HTTPRoute/notification: spec.rules.0.backendRefs.1.name": (None, "notification-canary"),
        "HTTPRoute/notification: spec.rules.0.backendRefs.1.port": (None, 80),
        "HTTPRoute/notification: spec.rules.0.backendRefs.1.weight": (None, 0),
    }


def test_a_canary_image_starts_a_track_of_its_own(helm4: Helm) -> None:
    after = helm4.render(_canary())
    added, changed = _difference(helm4.render(CANARY), after)
    assert added == {"Deployment/notification-canary", "ConfigMap/notification-canary-env"}
    assert changed == {}
    assert after.container("notification-canary")["image"] == f"myrepo.cr.io/notification@{OTHER_DIGEST}"


def test_weight_changes_only_the_route(helm4: Helm) -> None:
    added, changed = _difference(helm4.render(_canary()), helm4.render(_canary(weight=10)))
    assert added == set()
    assert changed == {
        "HTTPRoute/notification: spec.rules.0.backendRefs.0.weight": (100, 90),
        "HTTPRoute/notification: spec.rules.0.backendRefs.1.weight": (0, 10),
    }


def test_weight_without_a_route_opens_the_service_to_both(helm4: Helm) -> None:
    closed = {"route": {"enabled": False}}
    before, after = helm4.render(_canary() | closed), helm4.render(_canary(weight=10) | closed)
    added, changed = _difference(before, after)
    assert added == set()
    assert changed == {"Service/notification: spec.selector.channel": ("stable", None)}
    service = after.named("Service")["spec"]["selector"].items()
    for name in ("notification", "notification-canary"):
        assert service <= after.pod(name)["metadata"]["labels"].items()


def test_headers_are_a_rule_before_the_others(helm4: Helm) -> None:
    after = helm4.render(_canary(headers={"X-Canary": "yes"}))
    added, changed = _difference(helm4.render(_canary()), after)
    assert added == set()
    assert {name.partition(":")[0] for name in changed} == {"HTTPRoute/notification"}
    for_testers, for_all = after.named("HTTPRoute")["spec"]["rules"]
    assert for_testers["matches"][0]["headers"] == [{"name": "X-Canary", "value": "yes"}]
    assert [ref["name"] for ref in for_testers["backendRefs"]] == ["notification-canary"]
    assert "headers" not in for_all["matches"][0]


def test_configuration_of_the_canary_is_its_own(helm4: Helm) -> None:
    config = {"env": {"LEVEL": "debug"}}
    after = helm4.render(_canary(config=config, env={"A": "b"}))
    added, changed = _difference(helm4.render(_canary()), after)
    assert added == set()
    assert {name.partition(":")[0] for name in changed} == {
        "ConfigMap/notification-canary-env",
        "Deployment/notification-canary",
    }
    assert after.named("ConfigMap", "notification-env")["data"] == {"LEVEL": "info"}


def test_promotion_moves_the_image_only(helm4: Helm) -> None:
    promoted = helm4.render(_canary(weight=10) | {"image": NEW_IMAGE})
    added, changed = _difference(helm4.render(_canary(weight=10)), promoted)
    assert added == set()
    image = "Deployment/notification: spec.template.spec.containers.0.image"
    assert set(changed) == {image}


def test_from_rolling_to_blue_green(helm4: Helm) -> None:
    added, changed = _difference(helm4.render(BASE), helm4.render(BLUE_GREEN))
    assert added == {
        "ConfigMap/notification-green-env",
        "Deployment/notification-green",
        "HorizontalPodAutoscaler/notification-green",
        "PodDisruptionBudget/notification-green",
        "Service/notification-preview",
    }
    assert changed == {"Service/notification: spec.selector.color": (None, "blue")}


def test_the_switch_is_two_selectors(helm4: Helm) -> None:
    switched = BLUE_GREEN | {"blueGreen": {"active": "green", "green": {"image": NEW_IMAGE}}}
    added, changed = _difference(helm4.render(BLUE_GREEN), helm4.render(switched))
    assert added == set()
    assert changed == {
        "Service/notification: spec.selector.color": ("blue", "green"),
        "Service/notification-preview: spec.selector.color": ("green", "blue"),
    }


@pytest.mark.parametrize("name", ["notification", "notification-green"])
def test_each_budget_and_scaler_guards_its_own_track(helm4: Helm, name: str) -> None:
    rendered = helm4.render(BLUE_GREEN)
    selector = rendered.named("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]
    assert selector == rendered.named("Deployment", name)["spec"]["selector"]["matchLabels"]
    scaler = rendered.named("HorizontalPodAutoscaler", name)["spec"]
    assert scaler["scaleTargetRef"]["name"] == name


def test_an_idle_color_may_sleep(helm4: Helm) -> None:
    values = BLUE_GREEN | {"blueGreen": {"green": {"image": NEW_IMAGE, "replicas": 0}}}
    rendered = helm4.render(values)
    assert rendered.named("Deployment", "notification-green")["spec"]["replicas"] == 0
    scalers = [item["metadata"]["name"] for item in rendered.of_kind("HorizontalPodAutoscaler")]
    assert scalers == ["notification"]


def _difference(before: Rendered, after: Rendered) -> tuple[set[str], dict[str, tuple[object, object]]]:
    """Names of added objects, and `Kind/name: path` -> values before and after. Nothing may vanish."""
    assert not before.failed, before.text
    assert not after.failed, after.text
    old, new = before.by_name(), after.by_name()
    assert not set(old) - set(new)
    changed: dict[str, tuple[object, object]] = {}
    for name, item in old.items():
        was, now = dict(_leaves(item)), dict(_leaves(new[name]))
        for path in was.keys() | now.keys():
            if was.get(path) != now.get(path):
                changed[f"{name}: {path}"] = (was.get(path), now.get(path))
    return set(new) - set(old), changed


def _leaves(node: Object | list[Any] | object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        children: Any = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    else:
        yield path, node
        return
    for key, child in children:
        yield from _leaves(child, f"{path}.{key}" if path else str(key))
