"""Temporary folders: each run's own goes with it, those of killed runs with the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters import workspaces
from helmforge.adapters.workspaces import workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RUN = """
import sys
from helmforge.adapters.workspaces import workspace
with workspace() as folder:
    (folder / "chart.tgz").write_text("x")
    (folder / "staged").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other_run(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in its workspace, as the only entry of the folder."""
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", _RUN],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
        process.kill()


def kill(run: subprocess.Popen[str]) -> None:
    run.send_signal(signal.SIGKILL)
    run.wait(30)


def test_a_workspace_is_private_and_goes_in_the_end(temporary: Path) -> None:
    with workspace() as folder:
        (folder / "file").touch()
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next(temporary: Path, other_run: subprocess.Popen[str]) -> None:
    kill(other_run)
    (left,) = temporary.iterdir()
    with workspace() as folder:
        assert list(temporary.iterdir()) == [folder]
        assert folder != left
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_run_that_lives_stays(temporary: Path, other_run: subprocess.Popen[str]) -> None:
    (living,) = temporary.iterdir()
    with workspace():
        pass
    assert (living / "chart.tgz").is_file()
    assert other_run.poll() is None


def test_what_is_not_provably_a_dead_run_stays(temporary: Path, other_run: subprocess.Popen[str]) -> None:
    """Without the mark; somebody else could write to it; a link; a file; not our name."""
    kill(other_run)
    (left,) = temporary.iterdir()
    mark = next(left.glob("*.lock")).name
    elsewhere = left.rename(temporary / "elsewhere")
    unmarked, open_to_all = temporary / f"{left.name}1", temporary / f"{left.name}2"
    linked_mark = temporary / f"{left.name}3"
    for folder in (unmarked, open_to_all, linked_mark):
        folder.mkdir(mode=0o700)
    (unmarked / "file").touch()
    (open_to_all / mark).touch()
    open_to_all.chmod(0o777)
    (linked_mark / mark).symlink_to(elsewhere / mark)
    (temporary / f"{left.name}4").symlink_to(elsewhere, target_is_directory=True)
    (temporary / f"{left.name}5").touch()
    before = sorted(temporary.rglob("*"))

    with workspace():
        pass

    assert sorted(temporary.rglob("*")) == before


def test_a_link_inside_is_not_followed(temporary: Path, other_run: subprocess.Popen[str]) -> None:
    kill(other_run)
    (left,) = temporary.iterdir()
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "file").touch()
    (left / "link").symlink_to(precious, target_is_directory=True)

    with workspace():
        assert not left.exists()

    assert (precious / "file").is_file()


def test_a_folder_that_another_run_takes_for_dead_is_made_anew(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the making of the mark and its locking."""
    lock = workspaces._lock
    taken: list[Path] = []

    def late(descriptor: int) -> None:
        if not taken:
            taken.extend(temporary.iterdir())
            workspaces._remove_dead(temporary)
        lock(descriptor)

    monkeypatch.setattr(workspaces, "_lock", late)
    with workspace() as folder:
        assert folder.is_dir()
        assert folder not in taken
        assert list(temporary.iterdir()) == [folder]
