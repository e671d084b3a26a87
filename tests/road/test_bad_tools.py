"""Programs that are missing, too old, or broken: said before anything is claimed or published."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

BRANCH = "release/notification/1.0.0"
NEEDED = ("git", "kubectl", "buildah")
_STAND_IN = """\
#!/bin/sh
# A stand-in for Helm, for tests: it knows its version and nothing else.
echo '@PRINTS@'
"""


@pytest.fixture
def toolbox(tmp_path: Path, scene: Scene) -> Path:
    """A PATH of one folder with everything that a release needs; a test takes out what it likes."""
    folder = tmp_path / "toolbox"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(require_tool(name))
    (folder / "helm").symlink_to(scene.shop.place.helm)
    for name in ("sh", "test"):
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    scene.pushed(BRANCH)
    return folder


def stand_in(folder: Path, prints: str) -> Path:
    path = folder / "helm-version-stand-in"
    path.write_text(_STAND_IN.replace("@PRINTS@", prints), encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("helm", ("Helm is not installed: there is no program 'helm'", "install Helm 3.17 or newer")),
        ("kubectl", ("kubectl is not installed", "kubernetes.io/docs/tasks/tools")),
        ("buildah", ("there is no image builder", "buildah: not installed", "install buildah")),
        ("sh", ("the program 'sh' is not installed", "fix PATH")),
    ],
)
def test_a_missing_program_is_named_before_anything_is_published(
    scene: Scene, toolbox: Path, name: str, parts: tuple[str, ...]
) -> None:
    (toolbox / name).unlink()
    with scene.unchanged():
        ran = scene.shop.run(
            "pipeline", "run", "--ref", BRANCH, PATH=str(toolbox), HELMFORGE_HELM="", XDG_RUNTIME_DIR=""
        )
    assert_refused(ran, 2, *parts)


def test_git_is_missing(scene: Scene, toolbox: Path) -> None:
    (toolbox / "git").unlink()
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "plan", PATH=str(toolbox))
    assert_refused(ran, 2, "the program 'git' is not installed")


@pytest.mark.parametrize(
    ("prints", "code", "parts"),
    [
        ("v3.16.4", 2, ("Helm 3.16.4 is too old", "Helm 3.17 or newer, and Helm 4", "HELMFORGE_HELM")),
        ("v2.17.0", 2, ("Helm 2.17.0 is too old",)),
        ("v5.0.0", 2, ("Helm 5.0.0 is too new",)),
        ("Usage: helm [COMMAND]", 2, ("does not tell its version", "it printed", "HELMFORGE_HELM")),
    ],
)
def test_a_helm_that_is_not_known_is_not_used(
    scene: Scene, toolbox: Path, prints: str, code: int, parts: tuple[str, ...]
) -> None:
    helm = stand_in(toolbox, prints)
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", BRANCH, PATH=str(toolbox), HELMFORGE_HELM=str(helm))
    assert_refused(ran, code, *parts)


def test_a_helm_that_does_not_start(scene: Scene, toolbox: Path) -> None:
    broken = toolbox / "not-a-program"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", BRANCH, HELMFORGE_HELM=str(broken))
    assert_refused(ran, 1, "cannot start", str(broken))


@pytest.mark.parametrize("name", ["helm", "kubectl"])
def test_a_promotion_without_a_tool_copies_nothing(scene: Scene, toolbox: Path, name: str) -> None:
    scene.release("1.0.0")
    scene.shop.approve("1.0.0")
    (toolbox / name).unlink()
    with scene.unchanged():
        ran = scene.shop.run(
            *("release", "promote", "notification", "1.0.0", "--env", "prod"),
            PATH=str(toolbox),
            HELMFORGE_HELM="",
        )
    assert_refused(ran, 2, "is not installed")
