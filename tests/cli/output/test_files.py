"""Files for CI systems: whole or not at all, and read back as they were meant."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helmforge.cli.output import files
from helmforge.cli.output.assignments import dotenv, github_outputs
from helmforge.errors import StepError, UsageError
from tests.cli.output import logs
from tests.cli.output.hostile import TEXTS, surprising

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = st.sampled_from(["image", "digest", "chart", "version"])


@settings(max_examples=300)
@given(st.dictionaries(_NAMES, TEXTS))
def test_outputs_are_read_as_they_were_written(facts: dict[str, str]) -> None:
    written = github_outputs(facts).decode()
    escaped = {name: value.encode(errors="backslashreplace").decode() for name, value in facts.items()}
    assert logs.outputs(written) == escaped


def test_no_value_ends_early() -> None:
    """As it would where the mark could be guessed."""
    hostile = {"image": "x\nhelmforge_guess\nadmin=yes\nx<<helmforge_guess"}
    assert "admin" in logs.outputs(github_outputs(hostile, lambda: "guess").decode())
    assert logs.outputs(github_outputs(hostile).decode()) == hostile
    assert github_outputs({"image": "x"}) != github_outputs({"image": "x"})


@settings(max_examples=200)
@given(st.dictionaries(_NAMES, TEXTS))
def test_a_dotenv_file_has_a_line_for_each_value(facts: dict[str, str]) -> None:
    content = dotenv(facts).decode()
    assert [line.partition("=")[0] for line in content.split("\n")[:-1]] == [
        f"HELMFORGE_{name.upper()}" for name in facts
    ]
    assert not surprising(content)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """A reader sees the old one or the new one."""
    path, seen = tmp_path / "report.xml", set()
    path.write_bytes(b"a" * 100_000)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for letter in b"bcdefgh" * 10:
        files.write(path, bytes([letter]) * 100_000)
    done.set()
    reader.join()
    assert {len(content) for content in seen} == {100_000}
    assert all(len(set(content)) == 1 for content in seen)
    assert [each.name for each in tmp_path.iterdir()] == ["report.xml"]


def test_others_may_read_it(tmp_path: Path) -> None:
    files.write(tmp_path / "report.xml", b"x")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "report.xml").stat().st_mode) == 0o666 & ~umask


def test_a_report_of_an_earlier_run_goes_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "junit.xml"
    files.make_room(path)
    assert list(path.parent.iterdir()) == []
    path.write_text("old", encoding="utf-8")
    files.make_room(path)
    assert not path.exists()


@pytest.mark.parametrize("name", ["file/below", "nul\0", "x" * 300])
def test_what_cannot_be_written_is_told_before_the_run(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        files.make_room(tmp_path / name)
    with pytest.raises(StepError, match="cannot be written"):
        files.write(tmp_path / name, b"")
    with pytest.raises(StepError, match="cannot be written"):
        files.append(tmp_path / name, b"")


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    files.make_room(path)
    files.write(path, b"hello")
    reader.join()
    assert (read, stat.S_ISFIFO(path.stat().st_mode)) == ([b"hello"], True)


@pytest.mark.parametrize(("before", "after"), [("", "new\n"), ("a=b\n", "a=b\nnew\n"), ("a=b", "a=b\nnew\n")])
def test_appending_begins_a_line(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "output"
    path.write_text(before, encoding="utf-8")
    files.append(path, b"new\n")
    assert path.read_text(encoding="utf-8") == after
