"""action/run.py takes its inputs as they stand, whatever they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RUN = Path(__file__).parents[2] / "action" / "run.py"
PIECES = [
    *[
        "$(touch canary)",
        "`touch canary`",
        ";touch canary;",
        "${{ github.token }}",
        "$HOME",
        "|",
        "&&",
        "~",
        "*",
    ],
    *["'", '"', "\\", "#", " ", "\t", "é", "%0A", "::error::", "\x1b[2J", "--output=github ", "-o"],
]
hostile = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prints its arguments and the inputs that it finds in its environment."""
    path = tmp_path_factory.mktemp("program") / "helmforge"
    lines = [
        f"#!{sys.executable} -I",
        "import json, os, sys",
        "left = [name for name in os.environ if name.startswith('ACTION_')]",
        "print(json.dumps([sys.argv[1:], left]))",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o755)
    return path


def run(program: Path, *, command: str = "", arguments: str = "") -> subprocess.CompletedProcess[str]:
    inputs = {"ACTION_PROGRAM": str(program), "ACTION_COMMAND": command, "ACTION_ARGUMENTS": arguments}
    outputs = {"GITHUB_OUTPUT": str(program.parent / "outputs")}
    return subprocess.run(
        [sys.executable, "-I", str(RUN)],
        env={**os.environ, **inputs, **outputs},
        cwd=program.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@settings(max_examples=15)
@given(values=st.lists(hostile, min_size=10, max_size=40))
def test_each_line_of_arguments_is_one_argument(program: Path, values: list[str]) -> None:
    done = run(program, command="services", arguments="\n".join(values))

    assert json.loads(done.stdout) == [["services", *values], []]
    assert not (program.parent / "canary").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("pipeline run", ["pipeline", "run"]),
        ("pipeline run --service 'a b'", ["pipeline", "run", "--service", "a b"]),
        ("services $(touch canary) $HOME *", ["services", "$(touch", "canary)", "$HOME", "*"]),
        ("services; touch canary", ["services;", "touch", "canary"]),
    ],
)
def test_the_command_is_split_and_not_expanded(program: Path, command: str, words: list[str]) -> None:
    assert json.loads(run(program, command=command).stdout) == [words, []]
    assert not (program.parent / "canary").exists()


def test_a_command_that_cannot_be_split_is_an_error_of_use(program: Path) -> None:
    done = run(program, command="services 'a")

    assert done.returncode == 2
    assert (
        done.stdout
        == "::error::the input command of helmforge cannot be split into words: No closing quotation\n"
    )


@pytest.mark.parametrize("form", ["-o github", "-ogithub", "--output github", "--output=github"])
def test_outputs_go_to_the_runner(program: Path, form: str) -> None:
    outputs = program.parent / "outputs"
    outputs.write_text("before=1\n", encoding="utf-8")

    assert run(program, command=f"pipeline plan {form}").stdout == ""
    first, second = outputs.read_text(encoding="utf-8").splitlines()
    assert first == "before=1"
    assert json.loads(second)[0] == ["pipeline", "plan", *form.split()]


def test_the_exit_code_is_that_of_helmforge(tmp_path: Path) -> None:
    program = tmp_path / "helmforge"
    program.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)

    assert run(program, command="pipeline run").returncode == 3
    assert run(program, command="pipeline plan -o github").returncode == 3
