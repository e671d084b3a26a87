"""The end of a run, as people and programs see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from helmforge.cli.boundary import run
from helmforge.cli.output.options import RunOptions
from helmforge.cli.output.plain import PlainLines
from helmforge.cli.output.report import Report, Subject
from helmforge.cli.output.session import Session
from helmforge.config import parse_service
from helmforge.domain.ci import Ci
from helmforge.domain.plan import RunTests, chain
from helmforge.errors import StepError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput
from helmforge.flows.summary import NOT_STARTED, Summary

if TYPE_CHECKING:
    import pytest

    from helmforge.flows.events import RunEvent

SHOP, TILL = (parse_service("", f"services/{name}") for name in ("shop", "till"))
PLAN = chain(RunTests(SHOP)) + chain(RunTests(TILL))
INTERRUPTED = Summary(
    PLAN, {"shop/test": Outcome(Status.INTERRUPTED, seconds=2.0), "till/test": NOT_STARTED}, interrupted=True
)


def _finishing(summary: Summary, output: str) -> click.Command:
    @click.command()
    def command() -> None:
        Session(RunOptions(output), Ci()).finish(Report(Subject("pipeline run"), summary))

    return command


def test_an_interruption_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(_finishing(INTERRUPTED, "text"), []) == 130
    shown = capsys.readouterr()
    title = PLAN.steps[0].step.title
    assert shown.out.splitlines() == [
        "shop",
        f"  interrupted {title}",
        "till",
        f"  not done    {title}  [interrupted before it began]",
    ]
    assert shown.err == "error: interrupted\n  do: run the same command again\n"


def test_an_interruption_is_summed_up_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(_finishing(INTERRUPTED, "json"), []) == 130
    document = json.loads(capsys.readouterr().out)
    assert document["exitCode"] == 130
    assert [step["status"] for step in document["steps"]] == ["interrupted", "not done"]


def test_an_error_from_before_the_interruption_is_still_told(capsys: pytest.CaptureFixture[str]) -> None:
    failed = Outcome(Status.FAILED, reason="no", error=StepError("the tests failed"))
    summary = Summary(PLAN, {"shop/test": failed, "till/test": NOT_STARTED}, interrupted=True)
    assert run(_finishing(summary, "text"), []) == 130
    assert capsys.readouterr().err.splitlines() == [
        "error: the tests failed",
        "error: interrupted",
        "  do: run the same command again",
    ]


def test_a_log_does_not_show_the_output_of_what_was_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    lines = PlainLines(verbose=False)
    ended: tuple[RunEvent, ...] = (
        StepOutput("shop/test", "shop", "context canceled"),
        StepFinished("shop/test", "shop", "run tests", INTERRUPTED.outcomes["shop/test"]),
    )
    for event in ended:
        lines(event)
    assert capsys.readouterr().err == "shop | run tests: interrupted (2.0 s)\n"
