"""The lock that `scaffold` writes beside a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.config.chart_lock import parse_lock
from helmforge.domain.chart_lock import LockedAnswers, has_blob_id
from helmforge.errors import RefusedError
from tests.support.updating import CHART, Scene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_lock_says_what_was_written(scene: Scene) -> None:
    files = scene.chart()
    lock = parse_lock(files.pop(".helmforge.lock").decode(), "lock")
    assert lock.version == "1.0.0"
    assert lock.answers == LockedAnswers("shop", "web", "default", 8080, "myrepo.cr.io/team", ("qa", "prod"))
    assert set(lock.files) == set(files)
    assert all(has_blob_id(files[path], file.blob) for path, file in lock.files.items())
    assert {file.text for file in lock.files.values()} == {None}


def test_the_ids_are_those_of_the_commit(scene: Scene) -> None:
    listed = scene.repo.git("ls-tree", "-r", "HEAD", "--", CHART).splitlines()
    committed = {line.partition("\t")[2].removeprefix(f"{CHART}/"): line.split()[2] for line in listed}
    del committed[".helmforge.lock"]
    lock = parse_lock(scene.read(".helmforge.lock"), "lock")
    assert {path: file.blob for path, file in lock.files.items()} == committed


def test_a_lock_that_exists_is_not_in_the_way(scene: Scene) -> None:
    scene.write(".helmforge.lock", scene.read(".helmforge.lock") + "# mine\n")
    before = scene.chart()
    scene.scaffold("shop")
    assert scene.chart() == before


def test_a_lock_that_went_missing_comes_back(scene: Scene) -> None:
    before = scene.chart()
    (scene.repo.root / CHART / ".helmforge.lock").unlink()
    scene.scaffold("shop")
    assert scene.chart() == before


def test_an_edited_chart_is_sent_to_update(scene: Scene) -> None:
    scene.write("values.yaml", "mine: 1\n")
    with pytest.raises(RefusedError) as caught:
        scene.scaffold("shop")
    assert "helmforge update shop" in caught.value.hint
