from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.errors import ExitCode, RefusedError, StepError, UnreachableError
from helmforge.flows.events import Status, StepFinished, StepOutput
from helmforge.flows.execution import execute
from helmforge.flows.step_runners import Check, Effect, Nothing
from tests.flows.plans import First, Second, Switch, nothing_found, plan

if TYPE_CHECKING:
    from helmforge.domain.plan import Plan, Step
    from helmforge.flows.events import Facts, RunEvent
    from helmforge.flows.ports import Log
    from helmforge.flows.step_runners import StepRunners
    from helmforge.flows.summary import Summary


def run(steps: Plan, runners: StepRunners, events: list[RunEvent] | None = None, jobs: int = 2) -> Summary:
    sink = events.append if events is not None else lambda _event: None
    return execute(steps, runners, sink, jobs=jobs, interrupt=lambda: None)


def test_an_effect_acts_once_and_the_second_run_does_nothing() -> None:
    switch = Switch()
    runners: StepRunners = {First: Effect(switch.probe, switch.act), Second: Check(nothing_found)}
    assert run(plan("a"), runners).outcomes["a/first"].status is Status.DONE
    again = run(plan("a"), runners)
    assert again.outcomes["a/first"].status is Status.SKIPPED
    assert again.outcomes["a/first"].facts == {"on": "yes"}
    assert switch.acts == 1


def test_an_effect_whose_result_is_not_seen_afterwards_fails() -> None:
    switch = Switch(works=False)
    runners: StepRunners = {First: Effect(switch.probe, switch.act), Second: Check(nothing_found)}
    summary = run(plan("a"), runners)
    assert summary.outcomes["a/first"].status is Status.FAILED
    assert "not to be seen" in str(summary.errors[0])


def test_a_failure_stops_its_own_service_only() -> None:
    def fail_a(step: Step, _log: Log) -> Facts:
        if step.service.name == "a":
            raise StepError("broken")
        return {}

    summary = run(plan("a", "b"), {First: Check(fail_a), Second: Check(nothing_found)})
    statuses = {name: outcome.status for name, outcome in summary.outcomes.items()}
    assert statuses == {
        "a/first": Status.FAILED,
        "a/second": Status.NOT_DONE,
        "b/first": Status.DONE,
        "b/second": Status.DONE,
    }
    assert list(summary.outcomes) == ["a/first", "a/second", "b/first", "b/second"]
    assert summary.exit_code is ExitCode.FAILED


def test_the_exit_code_is_that_of_the_errors_when_they_agree() -> None:
    def refuse(_step: Step, _log: Log) -> Facts:
        raise RefusedError("no")

    def differ(step: Step, _log: Log) -> Facts:
        raise UnreachableError("down") if step.service.name == "a" else RefusedError("no")

    second: StepRunners = {Second: Check(nothing_found)}
    assert run(plan("a", "b"), {First: Check(refuse), **second}).exit_code is ExitCode.REFUSED
    assert run(plan("a", "b"), {First: Check(differ), **second}).exit_code is ExitCode.FAILED


def test_a_check_with_nothing_to_check_is_skipped_and_says_why() -> None:
    runners: StepRunners = {
        First: Check(lambda _step, _log: Nothing("no tests")),
        Second: Check(nothing_found),
    }
    outcome = run(plan("a"), runners).outcomes["a/first"]
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, "no tests")


def test_events_tell_the_story_in_order() -> None:
    events: list[RunEvent] = []
    switch = Switch()
    run(plan("a"), {First: Effect(switch.probe, switch.act), Second: Check(nothing_found)}, events, jobs=1)
    assert [type(event).__name__ for event in events] == [
        "StepStarted",
        "StepOutput",
        "StepFinished",
        "StepStarted",
        "StepFinished",
    ]
    assert isinstance(events[1], StepOutput)
    assert events[1].line == "switching"
    assert isinstance(events[2], StepFinished)
    assert events[2].outcome.facts == {"on": "yes"}


def test_a_defect_of_ours_in_one_service_does_not_end_the_others() -> None:
    def odd(step: Step, _log: Log) -> Facts:
        if step.service.name == "a":
            raise KeyError("no such thing")
        return {}

    summary = run(plan("a", "b"), {First: Check(odd), Second: Check(nothing_found)})
    assert summary.outcomes["b/second"].status is Status.DONE
    assert summary.exit_code is ExitCode.INTERNAL
    assert "KeyError: 'no such thing'" in summary.errors[0].why
