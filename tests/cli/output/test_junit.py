"""JUnit XML of runs: always well-formed, whatever tools printed, and never without a case."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from helmforge.cli.output.junit import junit
from helmforge.cli.output.report import Report, Subject
from helmforge.cli.printing import clean
from helmforge.errors import (
    ConfigError,
    InternalError,
    RefusedError,
    StepError,
    ToolError,
    UnreachableError,
)
from helmforge.flows.events import Outcome, Status
from helmforge.flows.summary import NOT_STARTED, Summary
from tests.cli.output.hostile import TEXTS, surprising
from tests.flows.plans import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.errors import HelmforgeError

PLAN = plan("shop", "cart")


def document(outcomes: Mapping[str, Outcome]) -> ET.Element:
    whole = {one.id: Outcome(Status.DONE, seconds=0.5) for one in PLAN} | dict(outcomes)
    return ET.fromstring(junit(Report(Subject("pipeline run"), Summary(PLAN, whole))))


def case(root: ET.Element, step: str) -> ET.Element:
    service, _, name = step.partition("/")
    (found,) = root.findall(f"testsuite[@name='{service}']/testcase[@name='{name}']")
    assert found.get("classname") == f"helmforge.{service}"
    return found


@settings(max_examples=300)
@given(TEXTS, TEXTS)
def test_any_text_is_well_formed(reason: str, why: str) -> None:
    error = StepError(reason, why=why)
    root = document(
        {
            "shop/first": Outcome(Status.FAILED, reason=reason, error=error),
            "shop/second": Outcome(Status.NOT_DONE, reason=why),
        }
    )
    (failure,) = case(root, "shop/first")
    assert failure.get("message") == clean(reason)
    text = "".join(root.itertext()) + "".join(value for one in root.iter() for value in one.attrib.values())
    assert not surprising(text)
    assert len(list(root.iter("testcase"))) == 4


def test_suites_cases_and_counts() -> None:
    error = StepError("the tests failed", where="make test", why="exit code 2", hint="mend them")
    root = document(
        {
            "shop/first": Outcome(Status.FAILED, reason="x", error=error, seconds=2.0),
            "shop/second": Outcome(Status.NOT_DONE, reason="needs shop/first"),
            "cart/first": Outcome(Status.SKIPPED, reason="already there"),
        }
    )
    counts = {"tests": "4", "failures": "1", "errors": "0", "skipped": "2", "time": "2.500"}
    assert root.attrib == {"name": "helmforge"} | counts
    assert [suite.attrib["tests"] for suite in root] == ["2", "2"]
    (failure,) = case(root, "shop/first")
    assert (failure.tag, failure.get("type"), failure.get("message")) == (
        "failure",
        "StepError",
        "the tests failed",
    )
    assert failure.text == ("error: the tests failed\n  at: make test\n  why: exit code 2\n  do: mend them")
    (skipped,) = case(root, "shop/second")
    assert (skipped.tag, skipped.get("message")) == ("skipped", "not done: needs shop/first")
    assert case(root, "cart/second").get("time") == "0.500"
    assert list(case(root, "cart/second")) == []


@pytest.mark.parametrize(
    ("error", "tag"),
    [
        (StepError("x"), "failure"),
        (ToolError("x"), "failure"),
        (RefusedError("x"), "failure"),
        (UnreachableError("x"), "error"),
        (ConfigError("x"), "error"),
        (InternalError("x"), "error"),
    ],
)
def test_no_is_a_failure_and_not_to_know_an_error(error: HelmforgeError, tag: str) -> None:
    root = document({"shop/first": Outcome(Status.FAILED, reason="x", error=error)})
    assert [one.tag for one in case(root, "shop/first")] == [tag]
    assert root.get({"failure": "failures", "error": "errors"}[tag]) == "1"


def test_an_interruption_is_no_success() -> None:
    root = document({"shop/first": Outcome(Status.INTERRUPTED), "shop/second": NOT_STARTED})
    assert [one.tag for one in case(root, "shop/first")] == ["error"]
    assert case(root, "shop/second")[0].get("message") == "not done: interrupted before it began"


def test_without_any_step_there_is_a_case_that_says_so() -> None:
    idle = ET.fromstring(junit(Report(Subject("pipeline run", idle="no service is affected"))))
    (skipped,) = idle.findall("testsuite/testcase[@name='pipeline run']/skipped")
    assert skipped.get("message") == "nothing to do: no service is affected"
    broken = Report(Subject("pipeline run"), failure=ConfigError("helmforge.yaml is not valid"))
    root = ET.fromstring(junit(broken))
    (problem,) = root.findall("testsuite/testcase/error")
    assert problem.get("message") == "helmforge.yaml is not valid"
    assert root.get("errors") == "1"
