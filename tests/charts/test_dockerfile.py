"""The scaffolded Dockerfile builds as it is, without a network, and serves."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.charts.helm import scaffold
from tests.charts.schema_walk import contract
from tests.charts.types import answers, types
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration
BASE = """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
"""


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    """A local image with busybox, in place of the one from the internet."""
    buildah, busybox = require_tool("buildah"), require_tool("busybox")
    folder = tmp_path / "base"
    folder.mkdir()
    shutil.copy(busybox, folder / "busybox")
    (folder / "Dockerfile").write_text(BASE, encoding="utf-8")
    name = f"localhost/helmforge-test-{uuid.uuid4().hex}:base"
    _run(buildah, "bud", "--quiet", "--isolation", "chroot", "--tag", name, str(folder))
    yield name
    _run(buildah, "rmi", "--force", name)


@pytest.mark.parametrize("type_name", [name for name in types() if name != "namespace"])
def test_it_builds_and_runs_as_a_numeric_user(base: str, tmp_path: Path, type_name: str) -> None:
    buildah = require_tool("buildah")
    service = tmp_path / "service"
    scaffold(answers(type_name), service)
    image = base.replace(":base", ":service")
    build = ("bud", "--quiet", "--isolation", "chroot", "--build-arg", f"BASE={base}", "--tag", image)
    _run(buildah, *build, str(service))
    try:
        config = json.loads(_run(buildah, "inspect", "--type", "image", image))["OCIv1"]["config"]
    finally:
        _run(buildah, "rmi", "--force", image)
    assert config["User"] == "10001:10001"
    listens = "port" in contract(answers(type_name)).values
    assert list(config.get("ExposedPorts", {})) == (["8080/tcp"] if listens else [])
    assert ("8080" in config["Cmd"]) is listens


def _run(program: Path, *argv: str) -> str:
    done = subprocess.run([str(program), *argv], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
