from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.programs import Commands
from helmforge.domain.testing import UnitTests
from helmforge.errors import MissingToolError, ToolError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def commands() -> Commands:
    return Commands(Runner({"PATH": os.defpath}))


def script(folder: Path, text: str) -> None:
    path = folder / "run-tests"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_runs_in_the_folder_of_the_service_and_passes_lines_on(commands: Commands, tmp_path: Path) -> None:
    script(tmp_path, 'pwd; echo "$1"')
    lines: list[str] = []

    commands.run(UnitTests(("./run-tests", "$HOME; id")), tmp_path, lines.append)

    assert lines == [str(tmp_path.resolve()), "$HOME; id"]


def test_a_failure_names_the_command_its_code_and_the_findings(commands: Commands, tmp_path: Path) -> None:
    script(tmp_path, "echo 'test_total: 1 != 2'; echo 'deprecated' >&2; exit 5")

    with pytest.raises(ToolError) as caught:
        commands.run(UnitTests(("./run-tests", "--all")), tmp_path, lambda _: None)

    assert caught.value.what == "`./run-tests --all` failed"
    assert caught.value.why == "exit code 5\ntest_total: 1 != 2\ndeprecated"


def test_a_missing_program_is_named(commands: Commands, tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match=r"\./run-tests"):
        commands.run(UnitTests(("./run-tests",)), tmp_path, lambda _: None)
