"""The work tree: nothing outside of it, and all new files or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helmforge.adapters.files import WorkTree
from helmforge.errors import RefusedError, StepError, UsageError

OUTSIDE = ["", ".", "/etc/passwd", "..", "../x", "a/../../x", "a\0b", "away/x", "away", "loop"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "work"
    place.mkdir()
    (tmp_path / "outside").mkdir()
    (place / "away").symlink_to(tmp_path / "outside")
    (place / "loop").symlink_to("loop")
    return place


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


def everything(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")} - {"away", "loop"}


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_touched(root: Path, path: str) -> None:
    tree = WorkTree(root)
    with pytest.raises(UsageError):
        tree.read(path)
    with pytest.raises(UsageError):
        tree.exists(path)
    with pytest.raises(UsageError):
        tree.write_new({"fine": "x", path: "x"})
    assert everything(root) == set()
    assert list((root.parent / "outside").iterdir()) == []


def test_read(root: Path) -> None:
    tree = WorkTree(root)
    write(root, "a/b")
    (root / "a/link").symlink_to("b")
    (root / "a/dangling").symlink_to("none")
    assert tree.read("a/b") == tree.read("a/link") == b"x"
    assert tree.read("a") is tree.read("none") is tree.read("a/b/c") is tree.read("a/dangling") is None


def test_exists(root: Path) -> None:
    write(root, "a/b")
    (root / "a/dangling").symlink_to("none")
    tree = WorkTree(root)
    assert [tree.exists(path) for path in ("a", "a/b", "a/dangling", "a/c")] == [True, True, True, False]


def test_write_new(root: Path) -> None:
    WorkTree(root).write_new({"a/b/c.yaml": "größe\n", "a/d": ""})
    assert (root / "a/b/c.yaml").read_bytes() == "größe\n".encode()
    assert everything(root) == {"a", "a/b", "a/b/c.yaml", "a/d"}


def test_existing_files_are_named_and_nothing_is_written(root: Path) -> None:
    write(root, "a/one", "a/two")
    (root / "a/three").symlink_to("none")
    before = everything(root)
    with pytest.raises(RefusedError, match="a/one, a/three, a/two"):
        WorkTree(root).write_new({"new/x": "x", "a/two": "x", "a/one": "x", "a/three": "x"})
    assert everything(root) == before
    assert (root / "a/one").read_text() == "x"


@pytest.mark.parametrize("files", [("a", "a/b"), ("a/b", "a"), ("x/y", "z" * 300)])
def test_a_failure_in_the_middle_leaves_nothing(root: Path, files: tuple[str, ...]) -> None:
    with pytest.raises((StepError, RefusedError)):
        WorkTree(root).write_new(dict.fromkeys(("first/f", *files), "x"))
    assert everything(root) == set()


def test_a_file_where_a_folder_is_needed_is_explained(root: Path) -> None:
    write(root, "a")
    with pytest.raises((StepError, RefusedError)) as caught:
        WorkTree(root).write_new({"b/c": "x", "a/b": "x"})
    assert "a" in caught.value.what
    assert everything(root) == {"a"}


def test_a_full_disk_is_explained_and_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full is the kernel's own full disk: every write to it fails with ENOSPC."""
    real = os.open

    def on_a_full_disk(path: Path, flags: int, mode: int = 0o777) -> int:
        opened = real(path, flags, mode)
        if path.name == "second":
            os.close(opened)
            return real("/dev/full", os.O_WRONLY)
        return opened

    monkeypatch.setattr(os, "open", on_a_full_disk)
    with pytest.raises(StepError, match="cannot write 'a/second'") as caught:
        WorkTree(root).write_new({"a/first": "x", "a/second": "x"})
    monkeypatch.undo()
    assert "No space left" in caught.value.why
    assert everything(root) == set()


def test_a_folder_that_cannot_be_written_is_explained() -> None:
    """/sys refuses new folders to root too."""
    with pytest.raises(StepError, match="cannot write 'helmforge'") as caught:
        WorkTree(Path("/sys")).write_new({"helmforge/x": "x"})
    assert caught.value.why


def test_an_interrupt_in_the_middle_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def interrupted(path: Path, flags: int, mode: int = 0o777) -> int:
        if path.name == "second":
            raise KeyboardInterrupt
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        WorkTree(root).write_new({"a/first": "x", "a/second": "x"})
    monkeypatch.undo()
    assert everything(root) == set()


def test_find_leaves_out_what_is_not_ours(root: Path) -> None:
    write(
        root,
        *("Dockerfile", "services/a/Dockerfile", "services/b/Dockerfile", "services/b/Chart.yaml"),
        *(".hidden/Dockerfile", "services/a/node_modules/x/Dockerfile", "sub/.git", "sub/Dockerfile"),
        *("venv/pyvenv.cfg", "venv/Dockerfile", "services/c/Other"),
        *("dist/Dockerfile", "services/a/dist/Dockerfile", "services/a/out/Dockerfile", "out/Dockerfile"),
        *("services/a/tmp/Dockerfile", "keep-tmp/Dockerfile", "logs/Dockerfile"),
    )
    (root / ".gitignore").write_text("# comment\n\ndist/\n/out\n*tmp\n!keep-tmp\n")
    (root / "services/.gitignore").write_text("/a/out/\nlogs\n")
    (root / "services/link").symlink_to("a")
    (root / "services/c/Dockerfile").symlink_to("../a/Dockerfile")
    assert WorkTree(root).find("Dockerfile", "Chart.yaml") == (
        "Dockerfile",
        "keep-tmp/Dockerfile",
        "logs/Dockerfile",
        "services/a/Dockerfile",
        "services/b/Chart.yaml",
        "services/b/Dockerfile",
    )
    assert WorkTree(root).find("none") == ()


def test_a_file_is_replaced_only_as_it_was_seen(root: Path) -> None:
    tree = WorkTree(root)
    tree.replace("new/file", None, "one\n")
    tree.replace("new/file", b"one\n", "tw\udcff\n")
    assert (root / "new/file").read_bytes() == b"tw\xff\n"
    for expected in (b"one\n", None):
        with pytest.raises(RefusedError, match="new/file has changed meanwhile"):
            tree.replace("new/file", expected, "three\n")
    with pytest.raises(RefusedError, match="missing has changed meanwhile"):
        tree.replace("missing", b"one\n", "two\n")
    assert everything(root) == {"new", "new/file"}
