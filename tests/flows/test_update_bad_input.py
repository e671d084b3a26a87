"""Bad input: one clear error, and no chart is touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import STAGING
from helmforge.errors import ConfigError, StepError, UsageError
from tests.support.updating import CHART, CONFIG, Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helmforge.errors import HelmforgeError

LOCK = f"{CHART}/.helmforge.lock"
NEWER = {"web/chart/templates/notes.yaml": "# new\n"}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Two charts that an update would change."""
    scene = Scene(tmp_path)
    scene.scaffold("cart")
    scene.repo.commit("cart")
    scene.publish("1.1.0", NEWER)
    return scene


def lock(old: str, new: str) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        text = scene.read(".helmforge.lock")
        assert old in text
        scene.write(".helmforge.lock", text.replace(old, new, 1))

    return change


def own_template(text: str, path: str = "values.yaml") -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        files = {"helmforge.yaml": CONFIG + "templates: ours\n", f"ours/web/chart/{path}": text}
        scene.repo.write(files)

    return change


BAD = {
    "a lock that is not YAML": (lock("lock: 1", "lock: [1"), ConfigError, f"{LOCK}:"),
    "a lock with another key": (lock("answers:", "answer:"), ConfigError, f"{LOCK}:"),
    "a lock of a newer helmforge": (lock("lock: 1", "lock: 7"), ConfigError, f"{LOCK}:2"),
    "a lock of newer templates": (lock('"1.0.0"', '"9.0.0"'), ConfigError, f"{LOCK}:4"),
    "a lock with a path outside": (lock("Chart.yaml:", '"../../x":'), ConfigError, f"{LOCK}:14"),
    "a service with another name": (
        lambda scene: scene.repo.write({"services/shop/service.yaml": "name: store\n"}),
        ConfigError,
        f"{LOCK}:6",
    ),
    "a template that raises": (own_template("x: <% nobody %>\n"), StepError, "ours/web/chart/values.yaml:1"),
    "no folder of templates": (
        lambda scene: scene.repo.write({"helmforge.yaml": CONFIG + "templates: none\n"}),
        UsageError,
        "helmforge.yaml templates",
    ),
    "templates outside": (
        lambda scene: scene.repo.write({"helmforge.yaml": CONFIG + "templates: ../x\n"}),
        ConfigError,
        "helmforge.yaml:6 templates",
    ),
    "a type that is gone": (lock('type: "web"', 'type: "wep"'), ConfigError, f"{LOCK}:7 answers.type"),
    "a lock with a file of Git's": (lock("Chart.yaml:", '".git/config":'), ConfigError, f"{LOCK}:14"),
    "a template whose name no lock can hold": (
        own_template("x\n", "templates/my file.yaml"),
        UsageError,
        "ours/web/chart/templates/my file.yaml",
    ),
}


@pytest.mark.parametrize(("spoil", "kind", "where"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("check", [False, True])
def test_one_error_and_nothing_is_written(
    scene: Scene, spoil: Callable[[Scene], None], kind: type[HelmforgeError], where: str, *, check: bool
) -> None:
    spoil(scene)
    before = scene.repo.git("status", "--porcelain", "--untracked-files=all"), scene.chart()
    with pytest.raises(kind) as caught:
        scene.update(check=check)
    assert caught.value.where.startswith(where)
    assert (scene.repo.git("status", "--porcelain", "--untracked-files=all"), scene.chart()) == before


def test_a_renamed_service_can_be_followed(scene: Scene) -> None:
    scene.repo.write({"services/shop/service.yaml": "name: store\n"})
    with pytest.raises(ConfigError, match="'shop' is called 'store' now") as caught:
        scene.update("store")
    assert "service: store" in caught.value.hint
    lock('service: "shop"', 'service: "store"')(scene)
    scene.update("store", force=True)
    assert "name: store" in scene.read("Chart.yaml")


def test_a_folder_that_cannot_be_written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """os.access tells root that it may write anywhere."""
    real = os.access

    def access(path: str, mode: int) -> bool:
        return not str(path).endswith("shop/chart/templates") and real(path, mode)

    before = scene.chart()
    monkeypatch.setattr(os, "access", access)
    with pytest.raises(StepError, match="cannot work in the chart") as caught:
        scene.update("shop")
    assert caught.value.where == f"{CHART}/templates"
    assert scene.chart() == before


def test_a_full_disk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full is the kernel's own full disk."""
    before = scene.chart()
    staging = scene.repo.root / CHART / STAGING
    real = os.mkdir

    def on_a_full_disk(path: Path, mode: int = 0o777) -> None:
        real(path, mode)
        if path == staging:
            (staging / "1.new").symlink_to("/dev/full")

    monkeypatch.setattr(os, "mkdir", on_a_full_disk)
    with pytest.raises(StepError, match="cannot work in the chart") as caught:
        scene.update("shop")
    monkeypatch.undo()
    assert "No space left" in caught.value.why
    assert caught.value.where == f"{CHART}/{STAGING}/1.new"
    assert scene.chart() == before
    scene.update("shop")
    assert scene.read("templates/notes.yaml") == "# new\n"


@pytest.mark.parametrize("command", ["update", "scaffold"])
def test_every_command_finishes_an_interrupted_update_first(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    undisturbed = Scene(scene.folder / "undisturbed")
    undisturbed.publish("1.1.0", NEWER)
    undisturbed.update("shop")

    with monkeypatch.context() as patch:
        patch.setattr("helmforge.adapters.chart_folders.staging._bring", interrupt)
        patch.setattr("helmforge.adapters.chart_folders.staging._take_back", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            scene.update("shop")
    assert (scene.repo.root / CHART / STAGING).is_dir()
    if command == "update":
        assert scene.update("shop").finished == (CHART,)
    else:
        scene.scaffold("shop")
    assert scene.chart() == undisturbed.chart()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt
