"""`helmforge demo`, as a process, with real tools and the emulated API."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode
from helmforge.sandbox.demo import evidence
from helmforge.sandbox.demo.scenario import CHAPTERS
from tests.support.commands import start_helmforge
from tests.support.sandboxes import processes_with, user_environment, wait_for
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With settings of a user and of a CI system that would get in the demo's way."""
    require_tool("buildah")
    home = tmp_path / "home"
    home.mkdir()
    hostile = "[user]\n\tname = Mallory\n\temail = ada@example.com\n[commit]\n\tgpgsign = true\n"
    (home / ".gitconfig").write_text(hostile, encoding="utf-8")
    ci = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/elsewhere"}
    return user_environment(home) | ci | {"TMPDIR": str(tmp_path), "KUBECONFIG": str(home / "production")}


def _nothing_left(folder: Path) -> bool:
    return not list(folder.glob("helmforge-demo-*")) and not processes_with(str(folder / "helmforge-demo-"))


def test_the_whole_road_can_be_watched_and_then_walked_by_hand(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    stage = tmp_path / "my stage"
    try:
        ran = start_helmforge(tmp_path, environment, "demo", "--keep", str(stage))
        assert ran.code == 0, ran.out + ran.err

        lines = ran.out.splitlines()
        titles = [f"{number}. {title}" for number, (title, _) in enumerate(CHAPTERS, start=1)]
        assert [line for line in lines if line in titles] == titles
        assert "nothing to do: everything is as it should be" in lines
        assert "error: notification 1.0.0 is not approved for prod" in lines
        assert "  why: kim@example.com is an author of the change" in lines
        assert any(
            line.startswith("approved notification 1.0.0 for prod as ada@example.com") for line in lines
        )
        assert "the same digest: the same bytes" in lines

        by_hand = environment | {"KUBECONFIG": str(stage / "sandbox" / "kubeconfig")}
        status = start_helmforge(stage / "kim", by_hand, "release", "status", "-o", "json").document
        rows = {
            (row["service"], row["environment"]): (row["state"], row["version"], row["image"])
            for row in status["services"]
        }
        up = start_helmforge(
            tmp_path, environment, "sandbox", "status", "--folder", f"{stage}/sandbox", "-o", "json"
        )
        digest = evidence.digest(up.document["registry"], "prod/notification", "1.0.0")
        assert rows["notification", "qa"] == rows["notification", "prod"] == ("deployed", "1.0.0", digest)
        assert {state for (service, _), (state, *_) in rows.items() if service != "notification"} == {
            "not deployed"
        }
        assert start_helmforge(tmp_path, environment, "demo", "--keep", str(stage)).code == ExitCode.REFUSED
    finally:
        down = start_helmforge(tmp_path, environment, "sandbox", "down", "--folder", f"{stage}/sandbox")
    assert down.code == 0
    assert processes_with(str(stage)) == []


def test_a_command_that_fails_stops_the_demo_which_tidies_up(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    broken = tmp_path / "helm"
    broken.write_text("#!/bin/sh\necho the rudder is gone >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)

    ran = start_helmforge(tmp_path, environment | {"HELMFORGE_HELM": str(broken)}, "demo")

    assert ran.code == ExitCode.FAILED
    assert "the demo stops: `helmforge pipeline run` ended with exit code" in ran.err
    assert "the rudder is gone" in ran.out
    assert _nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("number", "send"), [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)], ids=["terminal", "process"]
)
@pytest.mark.parametrize("sign", ["sandbox/run-*", "kim/helmforge.yaml"])
def test_an_interrupted_demo_tidies_up(
    tmp_path: Path,
    environment: dict[str, str],
    number: signal.Signals,
    send: Callable[[int, int], None],
    sign: str,
) -> None:
    argv = [sys.executable, "-m", "helmforge", "demo"]
    null = subprocess.DEVNULL
    demo = subprocess.Popen(
        argv, cwd=tmp_path, env=environment, stdout=null, stderr=null, start_new_session=True
    )
    wait_for(lambda: any(tmp_path.glob(f"helmforge-demo-*/{sign}")), f"{sign} of the demo")

    send(demo.pid, number)

    assert demo.wait() == ExitCode.INTERRUPTED
    assert _nothing_left(tmp_path)


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path, environment: dict[str, str]) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "helm").symlink_to(require_tool("helm4"))
    dynamic = bin_ / "busybox"
    dynamic.symlink_to(require_tool("git"))

    ran = start_helmforge(tmp_path, environment | {"PATH": str(bin_)}, "demo")

    assert ran.code == ExitCode.USAGE
    assert "5 programs are missing" in ran.err
    for missing in ("git", "kubectl", "busybox", "docker-registry", "an image builder"):
        assert f"{missing}: " in ran.err
    assert "busybox-static" in ran.err
    assert ran.out == ""
    assert _nothing_left(tmp_path)
