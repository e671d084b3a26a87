"""A chart is as before or complete, whatever happens to whoever changes it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helmforge.adapters.chart_folders import STAGING, ChartFolders
from helmforge.adapters.templates import JinjaTemplates
from helmforge.errors import HelmforgeError, RefusedError, StepError
from tests.support.dying import AFTER, BEFORE
from tests.support.repositories import Monorepo
from tests.support.tools import require_tool
from tests.support.updating import contents

ROOT = Path(__file__).parents[2]
LEAST_POINTS = 30
OLD = {"values.yaml": b"old\n", "templates/a.yaml": b"a\n"}
NEW = {"values.yaml": b"new\n", "templates/a.yaml": b"A\n"}


@pytest.fixture
def folders(tmp_path: Path) -> ChartFolders:
    for path, content in OLD.items():
        (tmp_path / "chart" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "chart" / path).write_bytes(content)
    return ChartFolders(tmp_path)


def deaths(folder: Path, mode: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.support.dying", str(folder), mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert not found.pop()["died"]
    assert len(found) > LEAST_POINTS
    return found


@pytest.mark.parametrize("mode", ["kill", "once", "full", "read-only"])
def test_after_any_death_the_next_run_finds_or_makes_it_whole(tmp_path: Path, mode: str) -> None:
    found = deaths(tmp_path, mode)
    assert [death["recovered"] for death in found if death["recovered"] not in (BEFORE, AFTER)] == []
    assert {json.dumps(death["recovered"], sort_keys=True) for death in found} >= {
        json.dumps(BEFORE, sort_keys=True)
    }


@pytest.mark.parametrize("mode", ["once", "full"])
def test_an_error_leaves_it_whole_at_once(tmp_path: Path, mode: str) -> None:
    for death in deaths(tmp_path, mode):
        files = {path: text for path, text in death["dead"].items() if not path.startswith(STAGING)}
        assert files in (BEFORE, AFTER)


def test_what_was_staged_in_full_is_completed(tmp_path: Path) -> None:
    states = [death["recovered"] for death in deaths(tmp_path, "kill")]
    first = states.index(AFTER)
    assert BEFORE in states[:first]
    assert all(state == AFTER for state in states[first:])


def interrupted(folders: ChartFolders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dies after the first rename of the second phase, with nobody to clean up."""
    renamed: list[str] = []
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if len(renamed) > 1:
            raise KeyboardInterrupt
        renamed.append(str(target))
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            folders.replace("chart", OLD, NEW)


def test_an_interrupted_update_does_not_overwrite_what_came_after(
    tmp_path: Path, folders: ChartFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(folders, monkeypatch)
    (tmp_path / "chart/values.yaml").write_text("mine\n")
    before = contents(tmp_path / "chart")
    with pytest.raises(RefusedError, match="has changed since") as caught:
        folders.recover("chart")
    assert caught.value.where == "chart/values.yaml"
    assert contents(tmp_path / "chart") == before
    (tmp_path / "chart/values.yaml").write_text("old\n")
    assert folders.recover("chart")
    assert contents(tmp_path / "chart") == NEW


def test_what_is_complete_is_not_looked_at_again(
    tmp_path: Path, folders: ChartFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies while it tidies up; then somebody goes on working."""
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", dies)
        with pytest.raises(KeyboardInterrupt):
            folders.replace("chart", OLD, NEW)
    (tmp_path / "chart/values.yaml").write_text("mine\n")
    assert not folders.recover("chart")
    assert contents(tmp_path / "chart") == NEW | {"values.yaml": b"mine\n"}


def dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_update_over_a_git_checkout(
    tmp_path: Path, folders: ChartFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was brought already went back to what the commit has."""
    interrupted(folders, monkeypatch)
    for path, content in OLD.items():
        (tmp_path / "chart" / path).write_bytes(content)
    assert folders.recover("chart")
    assert contents(tmp_path / "chart") == NEW


def test_git_commits_nothing_that_is_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Monorepo(tmp_path, {f"chart/{path}": content.decode() for path, content in OLD.items()})
    folders = ChartFolders(repo.root)
    interrupted(folders, monkeypatch)
    assert (repo.root / "chart" / STAGING).is_dir()
    repo.commit("everything")
    assert STAGING not in repo.git("ls-files")


@pytest.mark.integration
@pytest.mark.parametrize("version", ["3", "4"])
def test_helm_packages_neither_lock_nor_staging(
    tmp_path: Path, folders: ChartFolders, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    ours = {
        ".helmignore": JinjaTemplates().unrendered("web")["chart/.helmignore"],
        ".helmforge.lock": "lock: 1\n",
    }
    for path, text in {**ours, "Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n"}.items():
        (tmp_path / "chart" / path).write_text(text)
    interrupted(folders, monkeypatch)
    (tmp_path / "chart/values.yaml").write_text("{}\n")
    helm = require_tool("helm", version=version)
    subprocess.run([helm, "package", "chart"], cwd=tmp_path, check=True, capture_output=True)
    listed = subprocess.run(["tar", "tzf", "x-1.0.0.tgz"], cwd=tmp_path, check=True, capture_output=True)
    assert b"x/Chart.yaml" in listed.stdout
    assert b".helmforge" not in listed.stdout


@pytest.mark.parametrize(
    "manifest",
    [
        b"{",
        b"[]",
        b'{"format": 2, "changes": []}',
        b'{"format": 1, "changes": [{"path": "../../x", "old": "", "new": "00"}]}',
        b'{"format": 1, "changes": [{"path": "/etc/x", "old": "", "new": "00"}]}',
        b'{"format": 1, "changes": [{"path": "a\\u0000b", "old": "", "new": "00"}]}',
        b'{"format": 1, "changes": [{"old": "", "new": "00"}]}',
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_somebody_else_wrote(tmp_path: Path, folders: ChartFolders, manifest: bytes) -> None:
    (tmp_path / "chart" / STAGING).mkdir()
    (tmp_path / "chart" / STAGING / "manifest.json").write_bytes(manifest)
    before = contents(tmp_path)
    with pytest.raises(StepError, match="cannot be finished") as caught:
        folders.recover("chart")
    assert f"rm -r chart/{STAGING}" in caught.value.hint
    assert contents(tmp_path) == before


def test_a_manifest_does_not_lead_through_links(tmp_path: Path, folders: ChartFolders) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "chart/linked").symlink_to(tmp_path / "outside")
    staged = tmp_path / "chart" / STAGING
    staged.mkdir()
    (staged / "0.new").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    change = {"path": "linked/x", "old": "", "new": empty}
    (staged / "manifest.json").write_text(json.dumps({"format": 1, "changes": [change]}))
    with pytest.raises(StepError, match="cannot be finished"):
        folders.recover("chart")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_in_the_place_of_the_staging_folder(tmp_path: Path, folders: ChartFolders) -> None:
    (tmp_path / "chart" / STAGING).write_text("x")
    with pytest.raises(StepError, match="is in the way"):
        folders.replace("chart", OLD, NEW)
    assert (tmp_path / "chart/values.yaml").read_bytes() == b"old\n"


def test_only_one_at_a_time(tmp_path: Path, folders: ChartFolders) -> None:
    held = os.open(tmp_path / "chart", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(RefusedError, match="another helmforge"):
        folders.replace("chart", OLD, NEW)
    os.close(held)
    folders.replace("chart", OLD, NEW)
    assert contents(tmp_path / "chart") == NEW


def test_a_folder_that_cannot_be_written() -> None:
    """/sys refuses new folders to root too."""
    with pytest.raises(StepError) as caught:
        ChartFolders(Path("/sys")).replace("kernel", {"x": None}, {"x": b"x"})
    assert caught.value.why


def test_a_file_where_a_folder_is_needed(tmp_path: Path, folders: ChartFolders) -> None:
    before = contents(tmp_path)
    with pytest.raises(StepError):
        folders.replace("chart", {"values.yaml/x": None}, {"values.yaml/x": b"x"})
    assert contents(tmp_path) == before


@pytest.mark.parametrize("chart", ["../chart", "away", "loop"])
def test_charts_outside(tmp_path: Path, chart: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/away").symlink_to(tmp_path)
    (tmp_path / "in/loop").symlink_to("loop")
    with pytest.raises(HelmforgeError, match=r"leads out|cannot open"):
        ChartFolders(tmp_path / "in").read(chart, ["x"])


def test_reading(tmp_path: Path, folders: ChartFolders) -> None:
    (tmp_path / "chart/link").symlink_to("values.yaml")
    (tmp_path / "chart/linked").symlink_to("templates")
    found = folders.read(
        "chart", ["values.yaml", "none", "values.yaml/x", "templates", "link", "linked/a.yaml"]
    )
    taken = dict.fromkeys(["values.yaml/x", "templates", "link", "linked/a.yaml"])
    assert found == {"values.yaml": b"old\n", **taken}
    assert folders.read("no-chart", ["x"]) == {}


def test_a_copy_has_the_changes_and_the_chart_has_not(tmp_path: Path, folders: ChartFolders) -> None:
    folders.copy("chart", tmp_path / "copy", {"values.yaml": None, "new/x": b"x"})
    assert contents(tmp_path / "copy") == {"templates/a.yaml": b"a\n", "new/x": b"x"}
    assert contents(tmp_path / "chart") == OLD
