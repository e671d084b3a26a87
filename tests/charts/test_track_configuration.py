"""Each track has its own environment and ConfigMaps: leaving a track leaves its configuration too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.differences import Difference, difference
from tests.charts.sites import NEW_IMAGE, SITES

if TYPE_CHECKING:
    from tests.charts.helm import Helm, Rendered
    from tests.charts.sites import Values

pytestmark = pytest.mark.integration
SITE = SITES["configuration"]
OWN: Values = {
    "image": NEW_IMAGE,
    "env": {"URL": "postgres://app:$(DB_PASSWORD)@new-db/app"},
    "config": {"env": {"LEVEL": "debug", "MORE": 1}, "files": {"app.yaml": "level: debug\n"}},
}
TRACKS: dict[str, tuple[str, Values, Values]] = {
    "canary": (
        "notification-canary",
        SITE.canary(image=NEW_IMAGE),
        SITE.canary(**OWN),
    ),
    "green": (
        "notification-green",
        SITE.blue_green(),
        SITE.blue_green(green=OWN),
    ),
    "blue": (
        "notification",
        SITE.blue_green(blue={"image": NEW_IMAGE}),
        SITE.blue_green(blue=OWN),
    ),
}


@pytest.fixture(params=TRACKS)
def track(request: pytest.FixtureRequest) -> tuple[str, Values, Values]:
    return TRACKS[request.param]


def test_it_changes_the_objects_of_its_track_only(helm4: Helm, track: tuple[str, Values, Values]) -> None:
    name, *both = track
    before, after = map(helm4.render, both)
    pod, checksum = f"Deployment/{name}: spec.template", "metadata.annotations.checksum/config"
    assert difference(before, after) == Difference(
        changed={
            f"ConfigMap/{name}-env: data.LEVEL": ("info", "debug"),
            f"ConfigMap/{name}-env: data.MORE": (None, "1"),
            f"ConfigMap/{name}-files: data.app.yaml": ("level: info\n", "level: debug\n"),
            f"{pod}.{checksum}": (_checksum(before, name), _checksum(after, name)),
            f"{pod}.spec.containers.0.env.2.value": (SITE.values["env"]["URL"], OWN["env"]["URL"]),
        }
    )


def test_it_reads_its_own_config_maps_and_the_secrets_of_all(
    helm4: Helm, track: tuple[str, Values, Values]
) -> None:
    name, _, special = track
    rendered = helm4.render(special)
    spec, container = rendered.pod(name)["spec"], rendered.container(name)
    assert container["envFrom"] == [{"configMapRef": {"name": f"{name}-env"}}]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert volumes["config"]["configMap"] == {"name": f"{name}-files"}
    assert volumes["tls"]["secret"] == {"secretName": "shop-tls"}
    keys = {entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in container["env"][:2]}
    assert keys["API_KEY"] == {"name": "notification", "key": "API_KEY"}
    assert keys["DB_PASSWORD"] == {"name": "notification-db", "key": "DB_PASSWORD"}


def test_a_track_takes_over_what_it_does_not_change(helm4: Helm) -> None:
    config = {"env": {"LEVEL": "info", "REGION": "eu"}}
    values = SITES["plain"].canary(image=NEW_IMAGE, config={"env": {"LEVEL": "debug"}}, env={"B": "canary"})
    rendered = helm4.render(values | {"config": config, "env": {"A": "all", "B": "all"}})
    data = rendered.named("ConfigMap", "notification-canary-env")["data"]
    assert data == {"LEVEL": "debug", "REGION": "eu"}
    env = {entry["name"]: entry["value"] for entry in rendered.container("notification-canary")["env"]}
    assert env == {"A": "all", "B": "canary"}
    assert rendered.named("ConfigMap", "notification-env")["data"] == config["env"]


def test_a_track_may_drop_a_variable(helm: Helm) -> None:
    values = SITES["plain"].canary(image=NEW_IMAGE, env={"A": None})
    rendered = helm.render(values | {"env": {"A": "all", "B": "all"}})
    assert [entry["name"] for entry in rendered.container("notification-canary")["env"]] == ["B"]
    assert [entry["name"] for entry in rendered.container()["env"]] == ["A", "B"]


def _checksum(rendered: Rendered, name: str) -> Any:
    return rendered.pod(name)["metadata"]["annotations"]["checksum/config"]
