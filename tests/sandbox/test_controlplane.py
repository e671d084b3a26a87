"""What can be said about the control plane without its programs; the rest is in tests/e2e."""

from __future__ import annotations

import json
import os
import ssl
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode, MissingToolError, StepError
from helmforge.sandbox import components, serving
from helmforge.sandbox.certificates import Authority
from helmforge.sandbox.children import start_child
from helmforge.sandbox.controlplane import start_control_plane
from helmforge.sandbox.kubeconfig import write_kubeconfig

if TYPE_CHECKING:
    from collections.abc import Callable


def _program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _running(pid: int) -> bool:
    """Whether the process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_component_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    binaries = tmp_path / "bin"
    binaries.mkdir()
    _program(binaries / "etcd", "echo the disk is on fire >&2; exit 3")
    _program(binaries / "kube-apiserver", "exec /bin/sleep 60")

    with pytest.raises(StepError) as caught:
        start_control_plane(tmp_path / "cluster", binaries)

    assert caught.value.what == "etcd ended with exit code 3"
    assert "the disk is on fire" in caught.value.why
    assert not (tmp_path / "cluster" / "kubeconfig").exists()


def test_missing_programs_are_named_with_the_way_to_build_them(tmp_path: Path) -> None:
    folder = tmp_path / "controlplane" / components.KUBERNETES_VERSION
    folder.mkdir(parents=True)
    for name in set(components.NAMES) - {"kwok"}:
        _program(folder / name, "exit 0")

    with pytest.raises(MissingToolError) as caught:
        components.cached_binaries({"HELMFORGE_CACHE": str(tmp_path)})

    assert "kwok missing" in caught.value.what
    assert "make controlplane" in caught.value.hint
    _program(folder / "kwok", "exit 0")
    assert (
        components.cached_binaries({"XDG_CACHE_HOME": "/nowhere", "HELMFORGE_CACHE": str(tmp_path)}) == folder
    )


def test_a_missing_cryptography_package_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "helmforge.sandbox.certificates")
    monkeypatch.setitem(sys.modules, "cryptography", None)

    with pytest.raises(MissingToolError) as caught:
        start_control_plane(tmp_path, tmp_path)

    assert "helmforge[controlplane]" in caught.value.hint


def test_serving_without_programs_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HELMFORGE_CACHE", str(tmp_path))

    assert serving.main(["--folder", str(tmp_path / "cluster")]) == ExitCode.USAGE

    assert "make controlplane" in capsys.readouterr().err


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = _program(
        tmp_path / "stubborn",
        f"trap '' TERM\nsleep 600 &\necho $! > {pid_file}.new && mv {pid_file}.new {pid_file}\nwait; wait",
    )
    child = start_child("stubborn", [str(script)], log=tmp_path / "log", env=os.environ)
    _wait_for(pid_file.exists)
    grandchild = int(pid_file.read_text(encoding="utf-8"))

    child.stop(grace_seconds=0.1)

    assert not child.alive()
    _wait_for(lambda: not _running(grandchild))


def test_a_program_that_does_not_exist_is_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="etcd cannot be started"):
        start_child("etcd", ["etcd"], log=tmp_path / "log", env={"PATH": str(tmp_path)})


def test_certificates_are_trusted_and_keys_are_private(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    user = authority.issue("system:kube-scheduler", groups=("system:nodes",))

    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.load_cert_chain(user.certificate, user.key)

    keys = [*tmp_path.glob("*.key"), authority.signing_key("tokens")]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_the_kubeconfig_is_private_and_complete(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    path = tmp_path / "kubeconfig"

    write_kubeconfig(
        path,
        server="https://127.0.0.1:1",
        authority=authority.certificate,
        user=authority.issue("admin"),
        contexts=("dev", "prod"),
    )

    document = json.loads(path.read_text(encoding="utf-8"))
    assert [context["name"] for context in document["contexts"]] == ["dev", "prod"]
    assert document["current-context"] == "dev"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
