"""Ctrl-C or SIGTERM while a plan runs."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from concurrent import futures
from typing import TYPE_CHECKING, NoReturn

import pytest

from helmforge.errors import ExitCode, RefusedError, StepError, StoppedError
from helmforge.flows import execution
from helmforge.flows.events import Status, StepFinished, StepOutput
from helmforge.flows.execution import execute
from helmforge.flows.step_runners import Check, Effect
from tests.flows.plans import First, Second, Switch, nothing_found, plan

if TYPE_CHECKING:
    from helmforge.domain.plan import Plan, Step
    from helmforge.flows.events import Facts, RunEvent
    from helmforge.flows.ports import Log
    from helmforge.flows.step_runners import StepRunners
    from helmforge.flows.summary import Summary


class Interrupted:
    """Runs plans in which the step of the service `c` stands for Ctrl-C, once `ready` is set."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.ends = 0
        self.tools_end = threading.Event()
        self.events: list[RunEvent] = []

    def interrupt(self) -> None:
        self.ends += 1
        self.tools_end.set()

    def ctrl_c(self) -> NoReturn:
        assert self.ready.wait(60.0)
        raise KeyboardInterrupt

    def run(self, steps: Plan, first: Check | Effect, jobs: int) -> Summary:
        runners: StepRunners = {First: first, Second: Check(nothing_found)}
        return execute(steps, runners, self.events.append, jobs=jobs, interrupt=self.interrupt)

    def finished(self) -> dict[str, Status]:
        ended = (event for event in self.events if isinstance(event, StepFinished))
        return {event.id: event.outcome.status for event in ended}


def main_thread_waits() -> bool:
    """Whether it is inside the wait for the steps."""
    stack = sys._current_frames()[threading.main_thread().ident or 0]
    names = [frame.f_code for frame, _ in traceback.walk_stack(stack)]
    return names[0] is threading.Condition.wait.__code__ and futures.wait.__code__ in names


def statuses(summary: Summary) -> dict[str, Status]:
    return {name: outcome.status for name, outcome in summary.outcomes.items()}


@pytest.mark.parametrize("error", [StoppedError("ended"), StepError("did not become ready"), KeyError("x")])
def test_what_an_interruption_ended_is_interrupted_and_nothing_more_starts(error: Exception) -> None:
    world = Interrupted()

    def work(step: Step, _log: Log) -> Facts:
        if step.service.name == "c":
            world.ctrl_c()
        world.ready.set()
        assert world.tools_end.wait(60.0)
        raise error

    summary = world.run(plan("a", "c", "d"), Check(work), 2)
    assert statuses(summary) == {
        "a/first": Status.INTERRUPTED,
        "a/second": Status.NOT_DONE,
        "c/first": Status.INTERRUPTED,
        "c/second": Status.NOT_DONE,
        "d/first": Status.NOT_DONE,
        "d/second": Status.NOT_DONE,
    }
    assert summary.errors == ()
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert not summary.settled
    assert world.finished() == {"a/first": Status.INTERRUPTED}
    assert world.ends == 1, "a step that was never started is not waited for"


@pytest.mark.parametrize("asleep", [True, False], ids=["just before it waits", "while it starts a step"])
def test_a_signal_is_heard_whatever_the_main_thread_does(*, asleep: bool) -> None:
    """One that comes just before the main thread waits does not wake it, as one to another thread."""
    world = Interrupted()

    def work(_step: Step, _log: Log) -> Facts:
        while asleep and not main_thread_waits():
            pass
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        assert world.tools_end.wait(20.0)
        raise StoppedError("ended")

    summary = world.run(plan("a"), Check(work), 1)
    assert summary.outcomes["a/first"].status is Status.INTERRUPTED
    assert summary.outcomes["a/second"].status is Status.NOT_DONE
    assert world.ends == 1


def test_a_tool_that_ctrl_c_ended_before_it_reached_us_has_not_failed() -> None:
    world = Interrupted()

    def work(step: Step, _log: Log) -> Facts:
        if step.service.name == "c":
            world.ctrl_c()
        world.ready.set()
        raise StepError("ended by SIGINT")

    summary = world.run(plan("a", "c"), Check(work), 2)
    assert summary.outcomes["a/first"].status is Status.INTERRUPTED
    assert world.finished()["a/first"] is Status.INTERRUPTED


def test_what_was_done_or_failed_before_an_interruption_stays_so() -> None:
    world = Interrupted()
    switch = Switch()

    def act(step: Step, log: Log) -> None:
        if step.service.name == "b":
            raise RefusedError("no")
        if step.service.name == "c":
            world.ctrl_c()
        switch.act(step, log)

    def seconds_done(_step: Step, _log: Log) -> Facts:
        world.ready.set()
        assert world.tools_end.wait(60.0)
        return {}

    runners: StepRunners = {First: Effect(lambda _step: None, act, switch.probe), Second: Check(seconds_done)}
    steps = plan("b") + plan("a", "c")
    summary = execute(steps, runners, world.events.append, jobs=3, interrupt=world.interrupt)
    assert statuses(summary) == {
        "b/first": Status.FAILED,
        "b/second": Status.NOT_DONE,
        "a/first": Status.DONE,
        "a/second": Status.DONE,
        "c/first": Status.INTERRUPTED,
        "c/second": Status.NOT_DONE,
    }
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert [error.what for error in summary.errors] == ["no"]
    assert summary.changed


def test_a_step_that_hangs_does_not_hold_up_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "GRACE_SECONDS", 0.0)
    world, released, heard = Interrupted(), threading.Event(), threading.Event()

    def hang(step: Step, log: Log) -> Facts:
        if step.service.name == "c":
            world.ctrl_c()
        world.ready.set()
        released.wait(60.0)
        log("too late")
        heard.set()
        return {}

    try:
        summary = world.run(plan("a", "c"), Check(hang), 2)
        assert summary.outcomes["a/first"].status is Status.INTERRUPTED
        assert world.ends == 2
    finally:
        released.set()
    assert heard.wait(60.0)
    assert not any(isinstance(event, StepOutput) for event in world.events)


def test_a_second_interruption_ends_the_tools_for_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Interrupted()
    world.ready.set()
    calls: list[str] = []

    def impatient() -> None:
        calls.append("ended")
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(world, "interrupt", impatient)

    with pytest.raises(KeyboardInterrupt):
        world.run(plan("c"), Check(lambda _step, _log: world.ctrl_c()), 1)
    assert len(calls) == 2
