"""Two runs at once, and runs that are interrupted: the world ends as after one undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.emulator.client import set_fault
from tests.support.commands import Ran
from tests.support.faults import held
from tests.support.faulty_registry import requests
from tests.support.repositories import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

_SECONDS = 60.0


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opened at the end, so that no request hangs on after the test."""
    event = threading.Event()
    yield event
    event.set()


class Run:
    """`pipeline run` as a process group of its own, as a CI starts it."""

    def __init__(self, scene: Scene, root: Path, branch: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "helmforge", "pipeline", "run", "--ref", branch],
            cwd=root,
            env=scene.shop.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def until(self, line: str) -> None:
        """Reads its progress up to the first line with this text."""
        assert self._child.stderr is not None
        while line not in (said := self._child.stderr.readline()):
            assert said, f"it ended before it said {line!r}"

    def interrupt(self, how: str) -> None:
        """Ctrl-C reaches the whole group, a CI's SIGTERM only the process that it started."""
        if how == "SIGINT":
            os.killpg(self._child.pid, signal.SIGINT)
        else:
            self._child.terminate()

    def ended(self) -> Ran:
        try:
            out, err = self._child.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            out, err = self._child.communicate()
        return Ran(self._child.returncode, out, err)

    def has_children(self) -> bool:
        """Whether anything of its group still runs."""
        try:
            os.killpg(self._child.pid, 0)
        except ProcessLookupError:
            return False
        return True


def released_state(version: str) -> set[str]:
    image, chart = f"registry notification:{version}", f"registry charts/notification:{version}"
    return {f"ref refs/tags/notification/{version}", image, f"{image} attached", chart}


def outside_the_cluster(changes: set[str]) -> set[str]:
    return {name for name in changes if not name.startswith("qa ")}


def statuses(scene: Scene) -> list[str]:
    place = ("-n", scene.shop.place.qa, "--kube-context", "dev")
    return [revision["status"] for revision in scene.shop.helm("history", "notification", *place)]


def assert_interrupted(run: Run) -> None:
    ran = run.ended()
    text = f"{ran.code}\n{ran.out}\n{ran.err}"
    assert ran.code == 130, text
    assert "error: interrupted" in ran.err, text
    assert "do: run the same command again" in ran.err, text
    assert "Traceback" not in ran.err, text
    assert [line.split()[0] for line in ran.out.splitlines()].count("interrupted") == 1, text
    assert "failed" not in ran.out, text
    assert "did not become ready" not in text
    assert not run.has_children()


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("number", "pattern", "there"),
    [
        (1, ("HEAD", "/v2/notification/manifests/"), ()),
        (2, ("PUT", "/v2/notification/manifests/"), ("ref",)),
        (3, ("PUT", "/v2/charts/notification/manifests/"), ("ref", "registry notification")),
    ],
    ids=["looking", "pushing the image", "pushing the chart"],
)
def test_interrupted_at_the_registry(
    scene: Scene,
    gate: threading.Event,
    number: int,
    pattern: tuple[str, str],
    there: tuple[str, ...],
    how: str,
) -> None:
    version = f"{number}.{('SIGINT', 'SIGTERM').index(how)}.0"
    branch = f"release/notification/{version}"
    scene.pushed(branch)
    before = scene.state()
    arrived = threading.Event()
    scene.proxy.fail(requests(*pattern), held(gate))
    scene.proxy.on_request(lambda asked: arrived.set() if requests(*pattern)(asked) else None)
    run = Run(scene, scene.shop.repo.root, branch)
    assert arrived.wait(_SECONDS)
    run.interrupt(how)
    assert_interrupted(run)
    changes = scene.changes(before)
    assert changes == {name for name in released_state(version) if name.startswith(there)}
    scene.proxy.heal()
    scene.shop.good("pipeline", "run", "--ref", branch)
    assert outside_the_cluster(scene.changes(before)) == released_state(version)
    assert statuses(scene)[-1] == "deployed"


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_interrupted_while_the_cluster_rolls_out(scene: Scene, how: str) -> None:
    version = f"4.{('SIGINT', 'SIGTERM').index(how)}.0"
    branch = f"release/notification/{version}"
    scene.pushed(branch, {"services/notification/index.html": f"{how}\n"})
    before = scene.state()
    place = {"namespace": scene.shop.place.qa, "name": "notification"}
    set_fault(scene.server, **place, fault="never-ready")
    run = Run(scene, scene.shop.repo.root, branch)
    run.until("to qa (namespace")
    scene.until_pending()
    run.interrupt(how)
    assert_interrupted(run)
    set_fault(scene.server, **place, fault=None)
    assert not any(name.endswith("helmforge-notification") for name in scene.changes(before)), "Lease held"
    scene.shop.good("pipeline", "run", "--ref", branch)
    assert outside_the_cluster(scene.changes(before)) == released_state(version)
    assert statuses(scene)[-1] == "deployed"


def test_two_runs_of_one_release_at_the_same_time(scene: Scene, tmp_path: Path) -> None:
    version = "5.0.0"
    branch = f"release/notification/{version}"
    scene.pushed(branch, {"services/notification/index.html": "both\n"})
    before, revisions = scene.state(), len(scene.helm_secrets())
    second = Clone(tmp_path / "second", scene.shop.repo.environment)
    scene.shop.repo.git("clone", "--quiet", "--branch", branch, str(scene.shop.repo.remote), str(second.root))
    runs = [Run(scene, root, branch) for root in (scene.shop.repo.root, second.root)]
    ended = [run.ended() for run in runs]
    assert [ran.code for ran in ended] == [0, 0], "\n\n".join(ran.out + ran.err for ran in ended)
    assert outside_the_cluster(scene.changes(before)) == released_state(version)
    assert len(scene.helm_secrets()) == revisions + 1
    assert statuses(scene)[-1] == "deployed"
    again = scene.shop.good("pipeline", "run", "--ref", branch, "-o", "json").statuses
    assert "done" not in {again[step] for step in ("claim", "push-image", "push-chart", "deploy-qa")}
