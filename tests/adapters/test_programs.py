from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.programs import Commands
from helmforge.domain.testing import UnitTests
from helmforge.errors import MissingToolError, ToolError


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


def test_when_time_is_over_all_that_it_started_ends(commands: Commands, tmp_path: Path) -> None:
    deaf = "trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done"
    script(tmp_path, f'sh -c "{deaf.replace("$$", chr(92) + "$$")}" & while [ ! -s pid ]; do :; done; wait')
    late = UnitTests(("./run-tests",), timeout=timedelta(seconds=1))

    with pytest.raises(ToolError, match="did not finish within 1 s; what it had started was ended, too"):
        commands.run(late, tmp_path, lambda _: None)

    orphan = int((tmp_path / "pid").read_text())
    assert _ends(orphan)


def _ends(process: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


SURROUNDINGS = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "CI": "true",
    "NPM_TOKEN": "theirs",
    "OTHER": "x",
    "HELMFORGE_REGISTRY_PASSWORD": "ours",
    "HELMFORGE_REGISTRY_USERNAME": "robot",
}


@pytest.mark.parametrize(
    ("tests", "seen"),
    [
        (UnitTests(("./run-tests",)), SURROUNDINGS.keys() - {"HELMFORGE_REGISTRY_PASSWORD"}),
        (UnitTests(("./run-tests",), pass_env=("NPM_TOKEN",)), {"PATH", "LC_ALL", "CI", "NPM_TOKEN"}),
        (UnitTests(("./run-tests",), pass_env=()), {"PATH", "LC_ALL", "CI"}),
        (UnitTests(("./run-tests",), pass_env=(), env={"MODE": "x"}), {"PATH", "LC_ALL", "CI", "MODE"}),
    ],
)
def test_the_environment_of_tests(tests: UnitTests, seen: set[str], tmp_path: Path) -> None:
    script(tmp_path, "env")
    lines: list[str] = []
    Commands(Runner(SURROUNDINGS)).run(tests, tmp_path, lines.append)
    assert {line.partition("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"} == seen


def test_variables_of_service_yaml_win(tmp_path: Path) -> None:
    script(tmp_path, 'echo "$OTHER"')
    lines: list[str] = []
    Commands(Runner(SURROUNDINGS)).run(
        UnitTests(("./run-tests",), env={"OTHER": "y"}), tmp_path, lines.append
    )
    assert lines == ["y"]
