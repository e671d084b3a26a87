"""Canary and blue/green on the real API server: who stands behind the Service, at every moment.

kwok plays the pods: they are ready at once, and gone at once.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import ANSWERS, DIGEST, OTHER_DIGEST, scaffold
from tests.support.cluster import OTHER_CLUSTER, kubectl
from tests.support.endpoints import EndpointWatch
from tests.support.live_release import LiveRelease, deployment_of
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.support.endpoints import Pods
    from tests.support.live_release import Pod

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that become ready without an image"),
]
NAME = "notification"
Values = dict[str, Any]
Kind = tuple[str, str]  # of a pod: Deployment and image
Counts = dict[Kind, int]
OLD, NEW = (f"myrepo.cr.io/notification@{digest}" for digest in (DIGEST, OTHER_DIGEST))
STABLE, STABLE_NEW = (NAME, OLD), (NAME, NEW)
CANARY = (f"{NAME}-canary", NEW)
GREEN = (f"{NAME}-green", NEW)
BASE: Values = {"image": {"digest": DIGEST}, "config": {"env": {"LEVEL": "info"}}}
NEW_IMAGE: Values = {"digest": OTHER_DIGEST}


@dataclass
class Rollout:
    """A release whose Service is watched from step to step. `pods` are those that ran after the last one."""

    release: LiveRelease
    watch: EndpointWatch
    pods: frozenset[Pod] = frozenset()

    def step(self, values: Values, behind: Counts, idle: Counts | None = None) -> None:
        """Upgrades, until these pods (counted by Deployment and image) run, those behind the Service or idle.

        On the way there is never a moment without a pod behind it, nor one with a pod of a Deployment that
        is neither behind it before the step nor after.
        """
        before = self.watch.moments()[-1]
        self.release.upgrade(values)
        moments = self.settle(behind, idle)
        assert all(moments), "a moment without a ready pod"
        expected = set(map(deployment_of, before | moments[-1]))
        assert {deployment_of(pod) for moment in moments for pod in moment} <= expected

    def settle(self, behind: Counts, idle: Counts | None = None) -> list[Pods]:
        wanted = (Counter(behind), Counter(idle or {}))
        return self.watch.until(lambda moment: self._kinds(moment) == wanted, str(wanted))

    def add(self, values: Values, behind: Counts, idle: Counts | None = None) -> None:
        """A step that no running pod notices."""
        before = self.pods
        self.step(values, behind, idle)
        assert self.pods >= before

    def _kinds(self, moment: Pods) -> tuple[Counter[Kind], Counter[Kind]]:
        self.pods = self.release.pods()
        behind = {pod for pod in self.pods if pod.name in moment}
        return _counted(behind), _counted(self.pods - behind)


def _counted(pods: Iterable[Pod]) -> Counter[Kind]:
    return Counter((pod.deployment, pod.image) for pod in pods)


@pytest.fixture
def namespace(control_plane: Path) -> Iterator[str]:
    name = f"t-{secrets.token_hex(4)}"
    kubectl(control_plane, "create", "namespace", name)
    yield name
    kubectl(control_plane, "delete", "namespace", name, "--wait=false")


@pytest.fixture(params=["helm3", "helm4"])
def rollout(
    request: pytest.FixtureRequest, control_plane: Path, namespace: str, tmp_path: Path
) -> Iterator[Rollout]:
    """A rolling release of the old image that runs."""
    chart = scaffold(ANSWERS, tmp_path / "service")
    release = LiveRelease(require_tool(request.param), control_plane, chart, namespace, tmp_path)
    release.upgrade(BASE)
    with EndpointWatch(control_plane, namespace, NAME, tmp_path) as watch:
        started = Rollout(release, watch)
        started.settle({STABLE: 2})
        yield started


def _canary(**settings: object) -> Values:
    image = {"image": NEW_IMAGE, "config": {"env": {"LEVEL": "debug"}}}
    return BASE | {"rollout": {"strategy": "canary"}, "canary": image | settings}


def test_a_canary_is_aborted_and_then_promoted(rollout: Rollout) -> None:
    rollout.add(_canary(image={}), {STABLE: 2})
    rollout.add(_canary(), {STABLE: 2}, {CANARY: 1})
    rollout.add(_canary(weight=10), {STABLE: 2, CANARY: 1})
    assert rollout.release.data(f"{NAME}-canary-env") == {"LEVEL": "debug"}
    assert rollout.release.data(f"{NAME}-env") == {"LEVEL": "info"}

    rollout.step(_canary(replicas=0), {STABLE: 2})

    rollout.add(_canary(), {STABLE: 2}, {CANARY: 1})
    rollout.add(_canary(weight=10), {STABLE: 2, CANARY: 1})
    promoted = {"image": NEW_IMAGE, "config": {"env": {"LEVEL": "debug"}}}
    rollout.step(_canary(weight=10) | promoted, {STABLE_NEW: 2, CANARY: 1})
    rollout.step(_canary() | promoted, {STABLE_NEW: 2}, {CANARY: 1})
    rollout.step(_canary(image={}) | promoted, {STABLE_NEW: 2})
    rollout.add(promoted, {STABLE_NEW: 2})
    assert rollout.release.data(f"{NAME}-env") == {"LEVEL": "debug"}


def _blue_green(active: str = "blue", /, **green: object) -> Values:
    colors = {"active": active, "green": {"image": NEW_IMAGE} | green}
    return BASE | {"rollout": {"strategy": "blueGreen"}, "blueGreen": colors}


def test_a_switch_is_aborted_and_then_made_good(rollout: Rollout) -> None:
    rollout.add(_blue_green(), {STABLE: 2}, {GREEN: 2})
    rollout.add(_blue_green("green"), {GREEN: 2}, {STABLE: 2})
    rollout.add(_blue_green(), {STABLE: 2}, {GREEN: 2})
    rollout.add(_blue_green("green"), {GREEN: 2}, {STABLE: 2})

    promoted = {"image": NEW_IMAGE}
    rollout.step(_blue_green("green") | promoted, {GREEN: 2}, {STABLE_NEW: 2})
    rollout.add(_blue_green() | promoted, {STABLE_NEW: 2}, {GREEN: 2})
    rollout.step(_blue_green(replicas=0) | promoted, {STABLE_NEW: 2})
    rollout.add(BASE | promoted, {STABLE_NEW: 2})


def test_a_switch_to_what_does_not_serve_is_refused(rollout: Rollout) -> None:
    """All refusals that need a cluster: tests/charts/test_live_guards.py."""
    release, before = rollout.release, rollout.watch.moments()[-1]
    assert "blueGreen.active: green is not deployed yet" in release.refused(_blue_green("green"))

    broken = {"env": {"SANDBOX_ROLLOUT": "never-ready"}}
    release.upgrade(_blue_green(**broken), "--timeout=60s")
    release.kubectl("wait", "deployment/notification-green", "--for=jsonpath={.status.updatedReplicas}=2")
    said = release.refused(_blue_green("green", **broken))
    assert "blueGreen.active: no pod of green is ready" in said

    rollout.add(_blue_green(), {STABLE: 2}, {GREEN: 2})
    said = release.refused(_blue_green("green", image={"tag": "other"}))
    assert "blueGreen.active: green would change its image in the same upgrade" in said
    assert rollout.watch.moments() == [before]
