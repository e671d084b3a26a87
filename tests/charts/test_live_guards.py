"""What the chart refuses because of what runs: real Helm against the emulated API, where `lookup` answers.

tests/e2e/test_rollouts.py has the most important ones on the real API server.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.emulator.client import kubeconfig, set_fault
from tests.charts.sites import NEW_IMAGE, SITES
from tests.support.cluster import kubectl
from tests.support.emulated import emulated_api
from tests.support.live_release import LiveRelease
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.charts.sites import Values

    Release = Callable[[str], LiveRelease]

pytestmark = pytest.mark.integration
PLAIN, ROUTED = SITES["plain"], SITES["route"]
OTHER_IMAGE: Values = {"tag": "other"}
HEADERS: Values = {"headers": {"X-Canary": "yes"}}
BROKEN: Values = {"image": {"tag": "broken"}}
SLEEPING: Values = {"image": NEW_IMAGE, "replicas": 0}
STARTED, ROUTED_STARTED = PLAIN.canary(image=NEW_IMAGE), ROUTED.canary(image=NEW_IMAGE)
STATES: dict[str, tuple[Values, ...]] = {
    "nothing": (),
    "rolling": (ROUTED.rolling(),),
    "canary prepared": (PLAIN.canary(),),
    "canary started": (STARTED,),
    "canary started, routed": (ROUTED_STARTED,),
    "canary asleep": (PLAIN.canary(**SLEEPING),),
    "canary receives": (STARTED, PLAIN.canary(image=NEW_IMAGE, weight=10)),
    "canary receives, routed": (ROUTED_STARTED, ROUTED.canary(image=NEW_IMAGE, weight=10)),
    "canary receives by header": (ROUTED_STARTED, ROUTED.canary(image=NEW_IMAGE, **HEADERS)),
    "blue": (PLAIN.blue_green(),),
    "blue, green asleep": (PLAIN.blue_green(green=SLEEPING),),
    "blue, green has one": (PLAIN.blue_green(green={"image": NEW_IMAGE, "replicas": 1}),),
    "green": (PLAIN.blue_green(), PLAIN.blue_green("green")),
}
# These states do not become ready, and nobody waits for them.
BROKEN_STATES: dict[str, tuple[tuple[Values, ...], Values]] = {
    "blue, green never ready": ((PLAIN.rolling(),), PLAIN.blue_green(green=BROKEN)),
    "blue, green half way": ((PLAIN.blue_green(),), PLAIN.blue_green(green=BROKEN)),
}


@pytest.fixture(scope="module")
def release(chart: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """A release in one of the states, each made once: no test changes it."""
    folder = tmp_path_factory.mktemp("emulated")
    made: dict[str, LiveRelease] = {}
    with emulated_api(folder) as server:
        config = folder / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=("dev",)), encoding="utf-8")

        def make(state: str) -> LiveRelease:
            namespace = f"t-{secrets.token_hex(4)}"
            kubectl(config, "create", "namespace", namespace)
            found = LiveRelease(require_tool("helm4"), config, chart, namespace, folder)
            good, broken = BROKEN_STATES.get(state) or (STATES[state], None)
            for values in good:
                found.upgrade(values)
            if broken:
                set_fault(server, namespace=namespace, name="notification-green", fault="never-ready")
                found.upgrade(broken, "--timeout=60s")
                updated = "--for=jsonpath={.status.updatedReplicas}"
                found.kubectl("wait", "deployment/notification-green", updated, "--timeout=30s")
            return found

        yield lambda state: made.setdefault(state, made.get(state) or make(state))


REFUSED: list[tuple[str, Values, str]] = [
    ("rolling", ROUTED.canary(image=NEW_IMAGE, weight=10), "canary.weight: the canary is not deployed yet"),
    (
        "canary prepared",
        PLAIN.canary(image=NEW_IMAGE, weight=10),
        "canary.weight: the canary is not deployed",
    ),
    ("rolling", ROUTED.canary(image=NEW_IMAGE, **HEADERS), "canary.headers: the canary is not deployed yet"),
    (
        "canary started",
        PLAIN.canary(image=OTHER_IMAGE, weight=10),
        "canary.weight: the canary would change its",
    ),
    (
        "canary started, routed",
        ROUTED.canary(image=OTHER_IMAGE, weight=10),
        "canary.weight: the canary would change its image in the same upgrade",
    ),
    (
        "canary started, routed",
        ROUTED.canary(image=OTHER_IMAGE, **HEADERS),
        "canary.headers: the canary would change its image",
    ),
    (
        "canary asleep",
        PLAIN.canary(image=NEW_IMAGE, weight=10),
        "canary.weight: no pod of the canary is ready",
    ),
    ("canary started", PLAIN.rolling(), "rollout.strategy: notification-canary still runs"),
    ("canary receives, routed", ROUTED.rolling(), "set canary.replicas: 0 first"),
    ("canary started", PLAIN.blue_green(), "rollout.strategy: notification-canary still runs"),
    ("rolling", ROUTED.blue_green("green"), "blueGreen.active: green is not deployed yet"),
    ("blue", PLAIN.rolling(), "rollout.strategy: notification-green still runs"),
    ("blue", PLAIN.canary(), "set blueGreen.green.replicas: 0 first"),
    ("green", PLAIN.rolling(), "rollout.strategy: green receives the requests"),
    ("green", PLAIN.canary(), "rollout.strategy: green receives the requests"),
    (
        "blue",
        PLAIN.blue_green("green", green={"image": OTHER_IMAGE}),
        "blueGreen.active: green would change its image in the same upgrade",
    ),
    (
        "green",
        PLAIN.blue_green(blue={"image": OTHER_IMAGE}),
        "blueGreen.active: blue would change its image in the same upgrade",
    ),
    ("blue, green asleep", PLAIN.blue_green("green"), "blueGreen.active: no pod of green is ready"),
    (
        "blue, green has one",
        PLAIN.blue_green("green"),
        "blueGreen.active: green is to have 2 replicas",
    ),
    (
        "blue",
        PLAIN.blue_green("green", blue={"replicas": 0}),
        "blueGreen.blue.replicas: blue receives the requests",
    ),
    (
        "blue, green never ready",
        PLAIN.blue_green("green", green=BROKEN),
        "blueGreen.active: no pod of green is ready",
    ),
    (
        "blue, green half way",
        PLAIN.blue_green("green", green=BROKEN),
        "blueGreen.active: the rollout of green is not finished",
    ),
]


@pytest.mark.parametrize(("state", "values", "said"), REFUSED)
def test_refused(release: Release, state: str, values: Values, said: str) -> None:
    assert said in release(state).objection(values)


ACCEPTED: list[tuple[str, Values]] = [
    ("nothing", ROUTED.canary(image=NEW_IMAGE, weight=10, **HEADERS)),
    ("nothing", PLAIN.blue_green("green")),
    ("rolling", ROUTED.canary(image=NEW_IMAGE)),
    ("rolling", ROUTED.blue_green()),
    ("canary started", PLAIN.canary(image=OTHER_IMAGE)),
    ("canary started, routed", ROUTED.canary(image=NEW_IMAGE, weight=10, **HEADERS)),
    ("canary started", PLAIN.canary()),
    ("canary asleep", PLAIN.rolling()),
    ("canary asleep", PLAIN.blue_green()),
    ("canary receives", PLAIN.canary(image=OTHER_IMAGE, weight=20)),
    ("canary receives, routed", ROUTED.canary(image=OTHER_IMAGE, weight=20)),
    ("canary receives, routed", ROUTED.canary(image=OTHER_IMAGE, replicas=0)),
    ("canary receives by header", ROUTED.canary(image=OTHER_IMAGE, **HEADERS)),
    ("blue", PLAIN.blue_green(green={"image": OTHER_IMAGE})),
    ("blue", PLAIN.blue_green(green=SLEEPING)),
    ("blue, green asleep", PLAIN.rolling()),
    ("blue, green asleep", PLAIN.canary()),
    ("green", PLAIN.blue_green()),
    ("green", PLAIN.blue_green("green", blue={"replicas": 0})),
    ("blue, green half way", PLAIN.blue_green()),
]


@pytest.mark.parametrize(("state", "values"), ACCEPTED)
def test_accepted(release: Release, state: str, values: Values) -> None:
    assert release(state).objection(values) == ""
