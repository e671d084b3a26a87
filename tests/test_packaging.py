"""The wheel, in an environment that holds nothing but it and its dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.repositories import isolated_environment
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.integration


def _run(*argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel.

    Its dependencies are those of this environment, by a path file: Python does not read the path
    files of a folder that is named in one, so the editable helmforge next to them stays unseen.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--no-index", "--no-deps"]
    _run(*pip, wheel, cwd=folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    dependencies = site_packages / "dependencies.pth"
    dependencies.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_the_wheel_holds_what_is_read_at_run_time(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    pipelines = "helmforge/adapters/templates/pipelines"
    for folder in ("chart_templates", "helmforge/schemas", "helmforge/sandbox", pipelines):
        target = folder.replace("chart_templates", "helmforge/_chart_templates")
        data = [
            path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
        ]
        wanted = {f"{target}/{path.relative_to(ROOT / folder).as_posix()}" for path in data}
        assert wanted
        assert wanted - names == set()


def test_the_installed_wheel_scaffolds_a_chart(environment: Path, tmp_path: Path) -> None:
    env = isolated_environment(tmp_path / "home")
    env["PATH"] = os.pathsep.join([str(environment / "bin"), env["PATH"]])
    repository = tmp_path / "shop"
    repository.mkdir()
    _run("git", "init", "--quiet", cwd=repository, env=env)
    _run("helmforge", "init", "--registry", "myrepo.cr.io", cwd=repository, env=env)

    located = _run(
        environment / "bin" / "python", "-c", "import helmforge; print(helmforge.__file__)", cwd=tmp_path
    )
    _run("helmforge", "scaffold", "notification", cwd=repository, env=env)

    assert Path(located.strip()).is_relative_to(environment)
    chart = repository / "services" / "notification" / "chart"
    for helm in ("helm3", "helm4"):
        assert "0 chart(s) failed" in _run(
            require_tool(helm), "lint", "--strict", chart, cwd=tmp_path, env=env
        )
