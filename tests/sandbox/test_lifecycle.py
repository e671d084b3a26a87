"""`helmforge sandbox up|down|status`, as processes, with a real registry and the emulated API."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode
from tests.support.cluster import kubectl
from tests.support.sandboxes import SandboxUser, kill, listens_beyond_loopback, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture
def user(tmp_path: Path) -> Iterator[SandboxUser]:
    user = SandboxUser(tmp_path)
    yield user
    user.clean_up()


def _registry_answers(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def test_up_prints_what_can_be_used_and_down_leaves_nothing(user: SandboxUser) -> None:
    up = user.run("up")

    assert up.code == 0, up.err
    lines = dict(line.split(maxsplit=1) for line in up.out.splitlines())
    kubeconfig = user.folder / "kubeconfig"
    assert lines["contexts"] == "dev, prod"
    assert "emulated: no pods run" in lines["cluster"]
    assert lines["export"] == f"KUBECONFIG={shlex.quote(str(kubeconfig))}"
    assert _registry_answers(lines["registry"])
    assert "kube-system" in kubectl(kubeconfig, "--context=prod", "get", "namespaces", "-o", "name")

    down = user.run("down")
    assert (down.code, down.out) == (0, "the sandbox is down\n")
    assert not user.folder.exists()
    assert user.running() == []
    assert not _registry_answers(lines["registry"])
    again = user.run("down")
    assert (again.code, again.out) == (0, "nothing to do: there is no sandbox\n")
    assert not user.folder.exists()


def test_up_twice_changes_nothing(user: SandboxUser) -> None:
    first = user.up()
    processes = user.processes()

    second = user.up()

    assert (first["started"], second["started"]) == (True, False)
    assert first | {"started": False} == second
    assert user.processes() == processes
    assert user.status() | {"started": False} == second | {
        "state": "up",
        "folder": str(user.folder),
        "problems": [],
    }


def test_another_cluster_is_refused_while_one_is_up(user: SandboxUser) -> None:
    user.up()

    ran = user.run("up", "--cluster", "kind")

    assert ran.code == ExitCode.REFUSED
    assert "another cluster is up: emulated" in ran.err
    assert user.status()["state"] == "up"


def test_nothing_listens_beyond_loopback_whatever_the_environment_says(user: SandboxUser) -> None:
    up = user.up(environment={"REGISTRY_HTTP_ADDR": "0.0.0.0:0"})

    assert up["registry"].startswith("127.0.0.1:")
    assert _registry_answers(up["registry"])
    assert [listens_beyond_loopback(pid) for pid in user.processes().values()] == [[], []]


@pytest.mark.parametrize("name", ["registry", "cluster"])
def test_a_sandbox_that_lost_a_process_is_broken_and_up_starts_it_anew(user: SandboxUser, name: str) -> None:
    user.up()
    before = user.processes()
    kill(before[name])

    assert user.status()["state"] == "broken"
    assert user.status()["problems"] == [f"the {name} has ended"]
    assert user.up()["started"]
    assert user.status()["state"] == "up"
    assert set(user.processes().values()).isdisjoint(before.values())
    assert sorted(user.running()) == sorted(user.processes().values())


def test_a_process_that_got_an_old_pid_after_a_reboot_is_left_alone(user: SandboxUser) -> None:
    user.up()
    for pid in user.processes().values():
        kill(pid)
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        for record in (*user.folder.glob("run-*/*.process"), user.folder / "sandbox.json"):
            text = record.read_text(encoding="utf-8")
            record.write_text(re.sub(r'"pid": \d+', f'"pid": {stranger.pid}', text), encoding="utf-8")

        assert user.status()["state"] == "broken"
        assert user.up()["started"]

        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize(
    "sign", ["helmforge-sandbox.lock", "cluster", "run-*", "run-*/cluster.log", "run-*/registry.process"]
)
def test_an_up_that_is_killed_leaves_nothing_that_the_next_one_does_not_find(
    user: SandboxUser, sign: str
) -> None:
    half = user.begin_up()
    wait_for(lambda: any(user.folder.glob(sign)), f"{sign} of an `up`")
    half.send_signal(signal.SIGKILL)
    half.wait()

    assert user.up()["registry"]

    wait_for(lambda: sorted(user.running()) == sorted(user.processes().values()), "the end of the rest")
    assert user.run("down").code == 0
    assert user.running() == []


def test_an_interrupted_up_clears_away_what_it_started(user: SandboxUser) -> None:
    half = user.begin_up()
    wait_for(lambda: any(user.folder.glob("run-*/cluster.process")), "the cluster's process")
    half.send_signal(signal.SIGINT)

    assert half.wait() == ExitCode.INTERRUPTED
    assert not user.folder.exists()
    wait_for(lambda: user.running() == [], "the end of the rest")


def test_two_at_once_make_one_sandbox(user: SandboxUser) -> None:
    other = user.begin_up()

    mine = user.up()

    assert other.wait() == 0
    assert user.up() == mine | {"started": False}
    assert sorted(user.running()) == sorted(user.processes().values())


def test_a_registry_that_does_not_start_is_explained_and_nothing_is_left(user: SandboxUser) -> None:
    broken = user.home / "bin" / "docker-registry"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho the disk is on fire >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    path = f"{broken.parent}{os.pathsep}{user.environment['PATH']}"

    ran = user.run("up", environment={"PATH": path})

    assert ran.code == ExitCode.FAILED
    assert "registry ended with exit code 3" in ran.err
    assert "the disk is on fire" in ran.err
    assert not user.folder.exists()
    assert user.running() == []


def test_a_missing_registry_program_is_one_clear_error(user: SandboxUser) -> None:
    ran = user.run("up", environment={"PATH": str(user.home)})

    assert ran.code == ExitCode.USAGE
    assert "docker-registry, which is not installed" in ran.err
    assert "apt-get install docker-registry" in ran.err
    assert not user.folder.exists()


def test_a_folder_of_somebody_else_is_never_touched(user: SandboxUser) -> None:
    user.folder.mkdir()
    (user.folder / "thesis.txt").write_text("years of work", encoding="utf-8")

    assert user.run("up").code == ExitCode.REFUSED
    assert user.run("down").out == "nothing to do: there is no sandbox\n"
    assert user.status()["state"] == "down"
    assert [path.name for path in user.folder.iterdir()] == ["thesis.txt"]


def test_a_cluster_of_the_users_own_is_used_as_it_is(user: SandboxUser) -> None:
    config = user.home / "my config"
    contexts = [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("east", "west")]
    text = json.dumps({"apiVersion": "v1", "kind": "Config", "contexts": contexts})
    config.write_text(text, encoding="utf-8")

    up = user.up("--kubeconfig", str(config))

    assert sorted(up["contexts"]) == ["east", "west"]
    assert up["kubeconfig"] == str(config)
    assert list(user.processes()) == ["registry"]
    assert shlex.quote(str(config)) in user.run("up").out
    assert user.run("down").code == 0
    assert config.read_text(encoding="utf-8") == text
    missing = user.run("up", "--kubeconfig", str(user.home / "nowhere"))
    assert (missing.code, "no such kubeconfig" in missing.err) == (ExitCode.USAGE, True)


def test_a_start_that_was_given_up_does_not_run_the_program(tmp_path: Path) -> None:
    record = tmp_path / "gone" / "registry.process"
    touched = tmp_path / "touched"
    argv = [sys.executable, "-m", "helmforge.sandbox.background", str(record), "/bin/touch", str(touched)]

    late = subprocess.run(argv, capture_output=True, text=True, check=False)
    record.parent.mkdir()
    in_time = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert (late.returncode, "given up" in late.stderr) == (1, True)
    assert (in_time.returncode, touched.exists()) == (0, True)
