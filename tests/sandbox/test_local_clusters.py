"""How kind is called, with a script in its place: no kind runs here."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode
from helmforge.sandbox import processes
from tests.support.cluster import kubectl
from tests.support.sandboxes import SandboxUser
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

_FAKE_KIND = """\
#!/bin/sh
echo "$*" >> "$HOME/kind.calls"
if [ "$1" = create ]; then cp "$HOME/made-by-kind" "$KUBECONFIG"; fi
"""


@pytest.fixture
def user(tmp_path: Path) -> Iterator[SandboxUser]:
    user = SandboxUser(tmp_path)
    yield user
    user.clean_up()


def test_a_kind_cluster_gets_the_usual_contexts_and_is_deleted_with_the_sandbox(user: SandboxUser) -> None:
    program = user.home / "bin" / "kind"
    program.parent.mkdir()
    program.write_text(_FAKE_KIND, encoding="utf-8")
    program.chmod(0o755)
    user.environment["PATH"] = f"{program.parent}{os.pathsep}{user.environment['PATH']}"
    made = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kind-c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "kind-u", "user": {"token": "t"}}],
        "contexts": [{"name": "kind-x", "context": {"cluster": "kind-c", "user": "kind-u"}}],
        "current-context": "kind-x",
    }
    (user.home / "made-by-kind").write_text(json.dumps(made), encoding="utf-8")

    up = user.up("--cluster", "kind")
    assert up["contexts"] == ["dev", "prod"]
    view = json.loads(kubectl(user.folder / "kubeconfig", "config", "view", "-o", "json"))
    contexts = {entry["name"]: entry["context"] for entry in view["contexts"]}
    assert contexts == dict.fromkeys(("kind-x", "dev", "prod"), made["contexts"][0]["context"])  # type: ignore[index]

    assert user.run("down").code == 0
    created, deleted = (user.home / "kind.calls").read_text(encoding="utf-8").splitlines()
    name = created.rpartition(" ")[2]
    assert created == f"create cluster --wait 120s --name {name}"
    assert deleted == f"delete cluster --name {name}"


@pytest.mark.parametrize("tool", ["kind", "minikube"])
def test_a_tool_that_is_not_installed_is_one_clear_error(user: SandboxUser, tool: str) -> None:
    only_registry = user.home / "bin"
    only_registry.mkdir()
    (only_registry / "docker-registry").symlink_to(require_tool("docker-registry"))

    ran = user.run("up", "--cluster", tool, environment={"PATH": str(only_registry)})

    assert ran.code == ExitCode.USAGE
    assert f"{tool} is not installed" in ran.err
    assert not user.folder.exists()


def test_processes_are_recognised_without_proc_too() -> None:
    require_tool("ps")
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        mark = processes._mark_of_ps(sleeper.pid)
        again = processes._mark_of_ps(sleeper.pid)
        sleeper.kill()

    assert mark is not None
    assert mark == again
    assert processes._mark_of_ps(sleeper.pid) is None
