"""Errors at the edge of the process: what a user sees, and the exit code."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from helmforge.cli.boundary import render_error, run
from helmforge.errors import (
    ConfigError,
    HelmforgeError,
    MissingToolError,
    RefusedError,
    StepError,
    ToolError,
    UnreachableError,
    UsageError,
)

if TYPE_CHECKING:
    from pathlib import Path


def _raising(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--token")
    def command(token: str | None) -> None:
        raise error

    return command


CODES = [
    (HelmforgeError("x"), 1),
    (StepError("x"), 1),
    (ToolError("x"), 1),
    (UsageError("x"), 2),
    (ConfigError("x"), 2),
    (MissingToolError("x"), 2),
    (click.BadParameter("x"), 2),
    (click.UsageError("x"), 2),
    (RefusedError("x"), 3),
    (UnreachableError("x"), 4),
    (KeyboardInterrupt(), 130),
    (click.Abort(), 130),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=[type(error).__name__ for error, _ in CODES])
def test_exit_codes(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(_raising(error), []) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip().startswith("error: ")
    assert "Traceback" not in shown.err


def test_all_parts_of_an_error_are_shown() -> None:
    error = ToolError(
        "tests failed", where="make test", why="exit code 2\nline one\nline two", hint="mend them"
    )
    assert render_error(error) == (
        "error: tests failed\n  at: make test\n"
        "  why: exit code 2\n       line one\n       line two\n  do: mend them"
    )


def test_empty_parts_are_left_out() -> None:
    assert render_error(UsageError("no")) == "error: no"


def test_hostile_text_cannot_steer_the_terminal() -> None:
    hostile = "a\x1b[2J\x1b]0;title\x07b\rc\x08d\u202ee\x9b31mf"
    shown = render_error(HelmforgeError(hostile, where=hostile, why=f"{hostile}\n{hostile}", hint=hostile))
    assert not {character for character in shown if not character.isprintable()} - {"\n"}


def test_an_internal_error_leaves_a_report_without_secrets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("REGISTRY_PASSWORD", "hunter2-env")
    error = ValueError("broken: https://ada:hunter2-url@example.com/x")
    assert run(_raising(error), ["--token", "hunter2-argument"]) == 70
    shown = capsys.readouterr().err
    (report,) = tmp_path.iterdir()
    text = report.read_text(encoding="utf-8")
    assert str(report) in shown
    assert "ValueError: broken" in text
    assert "--token" in text
    assert "hunter2" not in text + shown
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def _python(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


_WAITING = """
import sys, threading, click
from helmforge.cli.boundary import run
@click.command()
def command():
    try:
        print("ready", flush=True)
        while not threading.Event().wait(0.1):  # a signal just before a wait is heard after it
            pass
    finally:
        print("cleaned up", flush=True)
sys.exit(run(command, []))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_unwind_and_exit_with_130(number: signal.Signals) -> None:
    with _python(_WAITING) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == "cleaned up\n"
    assert err.strip().startswith("error: interrupted")
    assert "Traceback" not in err


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = (
        "import sys, click\nfrom helmforge.cli.boundary import run\n"
        "@click.command()\ndef command():\n    click.echo('x' * 1_000_000)\nsys.exit(run(command, []))"
    )
    with _python(code) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == "x"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
