"""A cluster that is not there, not the right one, or in which a version never becomes ready."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, get_args

import pytest

from helmforge.sandbox.emulator.client import Fault, kubeconfig, set_fault
from helmforge.sandbox.ports import free_port
from tests.road.scene import assert_refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

HASTE = ("timeout: 60s", "timeout: 5s")
WRONG = "00000000-0000-4000-8000-000000000000"
SIGNS: dict[str, tuple[str, ...]] = {
    "image-pull": ("ImagePullBackOff", "event: Pod/"),
    "crash-loop": ("CrashLoopBackOff", "  log: ", "exit code 1", "event: Pod/"),
    "never-ready": ("NotReady", "  log: ", "event: Pod/"),
}


@pytest.fixture(scope="module")
def running(scene: Scene) -> Scene:
    """notification 0.1.0 runs in QA."""
    scene.release("0.1.0")
    return scene


@contextlib.contextmanager
def faulty_rollout(scene: Scene, name: str, fault: Fault) -> Iterator[None]:
    """QA's rollouts of `name` fail, and the trunk gives them 5 s."""
    place = {"namespace": scene.shop.place.qa, "name": name}
    with scene.trunk_says(*HASTE):
        set_fault(scene.server, **place, fault=fault)
        try:
            yield
        finally:
            set_fault(scene.server, **place, fault=None)


def config(folder: Path, server: str, *contexts: str) -> str:
    path = folder / "kubeconfig"
    path.write_text(kubeconfig(server, contexts=contexts), encoding="utf-8")
    return str(path)


def deployed_image(scene: Scene) -> str:
    place = ("--context=dev", f"--namespace={scene.shop.place.qa}")
    text = scene.shop.kubectl("get", "deployment", "notification", "-o", "json", *place)
    (container,) = json.loads(text)["spec"]["template"]["spec"]["containers"]
    return str(container["image"])


def test_a_context_that_the_kubeconfig_does_not_have(scene: Scene, tmp_path: Path) -> None:
    branch = "release/notification/1.0.0"
    scene.pushed(branch)
    other = config(tmp_path, scene.server, "staging", "prod")
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch, KUBECONFIG=other)
    assert_refused(ran, 2, "the kubeconfig has no context 'dev'", "the contexts are: ", "staging")


def test_a_cluster_that_does_not_answer(scene: Scene, tmp_path: Path) -> None:
    branch = "release/notification/1.1.0"
    scene.pushed(branch)
    address = f"http://127.0.0.1:{free_port()}"
    with scene.unchanged():
        down = config(tmp_path, address, "dev", "prod")
        ran = scene.shop.run("pipeline", "run", "--ref", branch, KUBECONFIG=down)
    assert_refused(ran, 4, address, "check the address in the kubeconfig")


def test_no_kubeconfig_at_all(scene: Scene, tmp_path: Path) -> None:
    branch = "release/notification/1.2.0"
    scene.pushed(branch)
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch, KUBECONFIG=str(tmp_path / "nothing"))
    assert_refused(ran, 2, "no context 'dev'", "set KUBECONFIG")


def test_another_cluster_than_the_configured_one(scene: Scene) -> None:
    with scene.trunk_says("{context: dev}", f"{{context: dev, id: {WRONG}}}"):
        scene.pushed("release/notification/1.3.0")
        with scene.unchanged():
            ran = scene.shop.run("pipeline", "run", "--ref", "release/notification/1.3.0")
    title = "context 'dev' is not the cluster of qa"
    assert_refused(ran, 3, title, "environments.qa.cluster.id", WRONG, "kubeconfig")


def test_promotion_to_another_cluster_than_the_configured_one(running: Scene) -> None:
    running.shop.approve("0.1.0")
    with running.trunk_says("{context: prod}", f"{{context: prod, id: {WRONG}}}"), running.unchanged():
        ran = running.shop.run("release", "promote", "notification", "0.1.0", "--env", "prod")
    assert_refused(ran, 3, "context 'prod' is not the cluster of prod", WRONG)


@pytest.mark.parametrize("fault", get_args(Fault))
def test_a_version_that_never_becomes_ready_is_explained_and_taken_back(running: Scene, fault: Fault) -> None:
    version = f"2.{get_args(Fault).index(fault)}.0"
    branch = f"release/notification/{version}"
    with faulty_rollout(running, "notification", fault):
        running.pushed(branch, {"services/notification/index.html": f"{fault}\n"})
        image, before = deployed_image(running), running.state()
        ran = running.shop.run("pipeline", "run", "--ref", branch)
        changes = running.changes(before)
    title = f"notification {version} did not become ready in qa"
    assert_refused(ran, 1, title, *SIGNS[fault], "rolled back to revision")
    assert deployed_image(running) == image
    qa = running.shop.place.qa
    history = running.shop.helm("history", "notification", "-n", qa, "--kube-context", "dev")
    assert [revision["status"] for revision in history[-2:]] == ["failed", "deployed"]
    published = {f"ref refs/tags/notification/{version}"}
    pushed = f"registry notification:{version}"
    published |= {pushed, f"{pushed} attached", f"registry charts/notification:{version}"}
    assert {name for name in changes if not name.startswith("qa secrets sh.helm.release")} == published

    running.shop.repo.git("checkout", "--quiet", "--detach", f"origin/{branch}")
    mended = running.shop.good("pipeline", "run", "--ref", branch, "-o", "json").statuses
    assert (mended["push-image"], mended["deploy-qa"]) == ("skipped", "done")
    assert f":{version}@" in deployed_image(running)


def test_a_first_installation_that_never_becomes_ready_is_removed_again(scene: Scene) -> None:
    with faulty_rollout(scene, "orders", "image-pull"):
        scene.pushed("release/orders/1.0.0")
        before = scene.state()
        ran = scene.shop.run("pipeline", "run", "--ref", "release/orders/1.0.0")
        changes = scene.changes(before)
    assert_refused(ran, 1, "ImagePullBackOff", "there was nothing before it: the release was removed again")
    record = "qa secrets sh.helm.release.v1.orders.v1"
    assert {name for name in changes if name.startswith("qa ")} == {record}, "only Helm's trace of it stays"
    traces = len(scene.helm_secrets())
    rows = scene.shop.good("release", "status", "orders", "-o", "json").document["services"]
    (row,) = (row for row in rows if row["environment"] == "qa")
    assert (row["state"], row["version"]) == ("failed", "")
    assert row["problem"] == "the first deployment, of 1.0.0, failed and was removed again"

    with faulty_rollout(scene, "orders", "image-pull"):
        scene.shop.repo.git("checkout", "--quiet", "--detach", "origin/release/orders/1.0.0")
        again = scene.shop.run("pipeline", "run", "--ref", "release/orders/1.0.0")
    assert_refused(again, 1, "there was nothing before it: the release was removed again")
    assert len(scene.helm_secrets()) == traces
    scene.shop.repo.git("checkout", "--quiet", "--detach", "origin/release/orders/1.0.0")
    mended = scene.shop.good("pipeline", "run", "--ref", "release/orders/1.0.0", "-o", "json").statuses
    assert mended["deploy-qa"] == "done"
    history = scene.shop.helm("history", "orders", "-n", scene.shop.place.qa, "--kube-context", "dev")
    assert [revision["status"] for revision in history] == ["deployed"]
