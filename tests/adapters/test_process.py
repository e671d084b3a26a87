from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Completed, Runner, redact
from helmforge.errors import MissingToolError, ToolError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def runner() -> Runner:
    return Runner({"PATH": os.defpath, "LANG": "C"})


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_run_returns_both_streams_the_code_and_the_raw_output(runner: Runner) -> None:
    code = "import sys; sys.stdout.buffer.write(b'a\\xff\\n'); print('b', file=sys.stderr); sys.exit(3)"

    done = runner.run(python(code))

    assert (done.code, done.out, done.err, done.raw) == (3, "a\\xff\n", "b\n", b"a\xff\n")


def test_only_the_given_environment_reaches_the_program(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "x")
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}), os.environ['ONE'])"

    done = runner.run(python(code), env={"ONE": "1", "LANG": None})

    assert done.out == "['ONE', 'PATH'] 1\n"


def test_standard_input_is_handed_over_and_then_closed(runner: Runner) -> None:
    data = b"x" * 300_000  # more than a pipe holds

    done = runner.run(python("import sys; print(len(sys.stdin.read()))"), stdin=data)

    assert done.out == "300000\n"


def test_a_program_that_ignores_its_input_is_judged_by_its_exit_code(runner: Runner) -> None:
    assert runner.run(["true"], stdin=b"x" * 300_000).code == 0


def test_lines_arrive_while_the_program_runs(runner: Runner, tmp_path: Path) -> None:
    """The program goes on only when its first line was heard."""
    heard = tmp_path / "heard"
    code = f"""
import os, sys, time
print('first', flush=True)
end = time.monotonic() + 20
while not os.path.exists({str(heard)!r}) and time.monotonic() < end: time.sleep(0.01)
print('second' if os.path.exists({str(heard)!r}) else 'in vain', file=sys.stderr)
"""
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        heard.touch()

    runner.run(python(code), on_line=hear)

    assert lines == ["first", "second"]


def test_lines_of_the_two_streams_never_arrive_at_once(runner: Runner) -> None:
    both_inside = threading.Barrier(2)
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        with pytest.raises(threading.BrokenBarrierError):
            both_inside.wait(0.5)

    runner.run(python("import sys; print('out'); print('err', file=sys.stderr)"), on_line=hear)

    assert sorted(lines) == ["err", "out"]


def test_a_failing_listener_is_reported_and_does_not_block_the_program(runner: Runner) -> None:
    def refuse(line: str) -> None:
        raise LookupError(line)

    with pytest.raises(LookupError, match="0"):
        runner.run(python("print(*range(200_000), sep='\\n')"), on_line=refuse, timeout=60)


def test_lines_have_no_url_credentials(runner: Runner) -> None:
    lines: list[str] = []

    runner.run(["echo", "https://ada:se@cret@host/x"], on_line=lines.append)

    assert lines == ["https://***@host/x"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("oci://bob:pw@host:5000/a b@c", "oci://***@host:5000/a b@c"),
        ("https://host/image@sha256:00", "https://host/image@sha256:00"),
        ("git@host:path", "git@host:path"),
    ],
)
def test_redact(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_time_out_ends_the_program_and_shows_what_it_said(runner: Runner) -> None:
    code = "import time; print('so far', flush=True); time.sleep(60)"
    began = time.monotonic()

    with pytest.raises(ToolError) as caught:
        runner.run(python(code), timeout=1.5)

    assert time.monotonic() - began < 30
    assert "did not finish within 1.5 s" in caught.value.what
    assert "so far" in caught.value.why
    assert "SIGTERM" in caught.value.why


def test_a_grandchild_that_keeps_the_pipe_open_does_not_hang_the_caller(runner: Runner) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '20']); print('done')"
    began = time.monotonic()

    assert runner.run(python(code)).out == "done\n"
    assert time.monotonic() - began < 15


def test_check_raises_with_command_line_code_and_both_tails(runner: Runner) -> None:
    code = "import sys; print('finding'); print('remark', file=sys.stderr); sys.exit(7)"

    with pytest.raises(ToolError) as caught:
        runner.check(python(code), what="the tests failed", hint="mend them")

    error = caught.value
    assert (error.what, error.hint) == ("the tests failed", "mend them")
    assert error.where.startswith(sys.executable)
    assert error.why == "exit code 7\nfinding\nremark"


def test_an_error_shows_the_tail_and_no_credentials() -> None:
    lines = "\n".join(f"line {number}" for number in range(100))

    error = Completed(("git", "push", "https://u:p@host/x"), 1, "", lines).error("no")

    assert error.where == "git push https://***@host/x"
    assert "line 99" in error.why
    assert "line 69" not in error.why


def test_a_killed_program_is_called_so(runner: Runner) -> None:
    done = runner.run(python("import os; os.kill(os.getpid(), 9)"))

    assert done.error("x").why == "ended by SIGKILL"


def test_a_missing_program_is_an_explained_error(runner: Runner, tmp_path: Path) -> None:
    for call in (
        lambda: runner.run(["no-such-program"]),
        lambda: runner.start(["no-such-program"], log=tmp_path / "log"),
    ):
        with pytest.raises(MissingToolError, match="'no-such-program' is not installed"):
            call()


def test_without_path_the_system_default_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stray = tmp_path / "stray"
    stray.write_text("#!/bin/sh\n")
    stray.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Runner({}).find("stray") is None
    assert Runner({}).find("sh") is not None


def test_a_relative_program_is_one_of_the_folder_it_runs_in(runner: Runner, tmp_path: Path) -> None:
    script = tmp_path / "run-tests"
    script.write_text("#!/bin/sh\npwd\n")
    script.chmod(0o755)

    assert runner.run(["./run-tests"], cwd=tmp_path).out == f"{tmp_path.resolve()}\n"


@pytest.mark.parametrize("argument", ["a\0b", "\ud800"])
def test_an_argument_that_no_program_can_take_is_an_explained_error(runner: Runner, argument: str) -> None:
    with pytest.raises(ToolError, match="cannot start echo"):
        runner.run(["echo", argument])


def test_arguments_are_never_read_by_a_shell(runner: Runner) -> None:
    assert runner.run(["echo", "$(id)", "; ls", "`id`"]).out == "$(id) ; ls `id`\n"


def test_a_started_server_writes_to_its_log_in_its_own_session(runner: Runner, tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, sys; print(os.getsid(0)); print('oops', file=sys.stderr)"

    server = runner.start(python(code), log=log)

    assert server.wait(30) == 0
    assert sorted(log.read_text().split()) == sorted([str(server.pid), "oops"])
