"""How programs end when helmforge is interrupted."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from helmforge.adapters import process
from helmforge.adapters.process import Completed, Runner
from helmforge.errors import HelmforgeError, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@pytest.fixture
def runner() -> Runner:
    return Runner({"PATH": os.defpath, "LANG": "C"})


class Running:
    """A program that a thread runs; `begun` when it has said its first line."""

    def __init__(self, runner: Runner, code: str, *, gives_back: bool = False) -> None:
        self.ended: list[Completed | HelmforgeError] = []
        self.begun = threading.Event()
        self._work = (runner, [sys.executable, "-c", code], gives_back)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.begun.wait(30)

    def _run(self) -> None:
        runner, argv, gives_back = self._work
        try:
            with runner.giving_back() if gives_back else nullcontext():
                self.ended.append(runner.run(argv, on_line=lambda _: self.begun.set()))
        except HelmforgeError as error:
            self.ended.append(error)

    def outcome(self) -> Completed | HelmforgeError:
        self.thread.join(30)
        return self.ended[0]


WAITING = "import time; print('up', flush=True); time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITING}"
CONTENT = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); " + WAITING


@pytest.mark.parametrize("code", [WAITING, CONTENT], ids=["ended", "exits with 0"])
def test_what_terminate_ends_is_interrupted_and_not_failed(runner: Runner, code: str) -> None:
    running = Running(runner, code)

    runner.terminate()

    stopped = running.outcome()
    assert isinstance(stopped, StoppedError)
    assert (stopped.exit_code, stopped.hint) == (130, "run the same command again")


def test_after_terminate_no_program_starts(runner: Runner, tmp_path: Path) -> None:
    runner.terminate()

    with pytest.raises(StoppedError):
        runner.run(["touch", str(tmp_path / "canary")])

    assert list(tmp_path.iterdir()) == []


def test_after_terminate_a_thread_may_still_give_back_what_it_holds(runner: Runner) -> None:
    runner.terminate()

    with runner.giving_back():
        assert runner.run(["echo", "given back"]).out == "given back\n"
    with pytest.raises(StoppedError):
        runner.run(["true"])


def test_terminate_spares_what_gives_something_back_the_first_time(runner: Runner) -> None:
    running = Running(runner, WAITING, gives_back=True)

    runner.terminate()
    assert running.thread.is_alive()
    runner.terminate()

    ended = running.outcome()
    assert isinstance(ended, Completed)
    assert ended.code in {-signal.SIGTERM, -signal.SIGKILL}


def test_all_programs_have_the_same_time_to_end(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE_SECONDS", 1.0)
    running = [Running(runner, DEAF) for _ in range(4)]
    began = time.monotonic()

    runner.terminate()

    assert 1.0 <= time.monotonic() - began < 3.0
    assert all(isinstance(program.outcome(), StoppedError) for program in running)


def test_a_group_ends_as_a_whole(runner: Runner, tmp_path: Path) -> None:
    """The program itself ends politely; what it started does not."""
    mark = tmp_path / "child"
    child = f"import signal, time, os; {DEAF.partition(';')[2].partition(';')[0]}"
    child += f"; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    ended: list[HelmforgeError] = []

    def run() -> None:
        try:
            runner.run([sys.executable, "-c", parent], group=True)
        except HelmforgeError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    process = int(_eventually(lambda: mark.exists() and mark.read_text(encoding="utf-8")))

    runner.terminate()
    thread.join(30)

    assert [type(error) for error in ended] == [StoppedError]
    assert _eventually(lambda: _is_over(process))


def _is_over(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def _eventually(ask: Callable[[], T]) -> T:
    deadline = time.monotonic() + 30
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return answer
