"""docs/events.md names the keys that `-o json` prints, no more and no fewer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.cli.output.json_lines import JsonLines
from helmforge.cli.output.report import FACTS
from helmforge.cli.summaries import print_summary
from helmforge.config import parse_service
from helmforge.domain.plan import RunTests, chain
from helmforge.errors import ExitCode, StepError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted
from helmforge.flows.summary import Summary
from tests.docs.events_page import EVENTS, documented_facts, documented_keys
from tests.docs.markdown import ROOT, Page
from tests.docs.step_kinds import step_verbs
from tests.support.events import KINDS, demand_valid, published

if TYPE_CHECKING:
    from helmforge.flows.events import RunEvent

FAILED = Outcome(Status.FAILED, reason="no", error=StepError("no", why="because"))
NAMES = ("shop/test", "shop")
EVENTS_OF_A_RUN: dict[str, RunEvent] = {
    "started": StepStarted(*NAMES, "run tests"),
    "output": StepOutput(*NAMES, "a line"),
    "finished": StepFinished(*NAMES, "run tests", FAILED),
}


@pytest.mark.parametrize("event", EVENTS_OF_A_RUN)
def test_the_keys_of_a_line(event: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = _printed(EVENTS_OF_A_RUN[event], capsys)

    assert document["event"] == event
    assert set(document) == documented_keys(event)


def test_the_keys_of_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    plan = chain(RunTests(parse_service("", "services/shop")))
    print_summary(Summary(plan, {"shop/test": FAILED}), "json")
    document = json.loads(capsys.readouterr().out)

    assert set(document) == documented_keys("summary")
    steps = next(line for line in _lines() if line.startswith("| `steps` |"))
    assert {key for key in document["steps"][0] if f"`{key}`" not in steps} == set()
    assert set(document["steps"][0]["error"]) == {"what", "where", "why", "hint", "exitCode"}


def test_the_facts_of_every_kind_of_step_are_listed() -> None:
    assert set(documented_facts()) == step_verbs()


def test_the_schema_knows_the_documented_keys() -> None:
    schema = published()
    for kind in KINDS:
        keys = set(schema["$defs"][kind]["properties"])
        if kind == "finished":
            keys |= set(schema["$defs"]["ended"]["properties"])
        assert keys == documented_keys(kind)


def test_the_schema_knows_every_status_and_exit_code() -> None:
    definitions = published()["$defs"]
    assert set(definitions["status"]["enum"]) == {status.value for status in Status}
    assert set(definitions["exitCode"]["enum"]) == set(ExitCode)


def test_a_line_that_breaks_the_schema_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise a run that keeps to it proves nothing."""
    good = _printed(EVENTS_OF_A_RUN["finished"], capsys)
    summary = {"v": 1, "event": "summary", "exitCode": 1, "changed": False, "notes": [], "steps": []}
    demand_valid(f"{json.dumps(good)}\n{json.dumps(summary)}")
    for change in ({"v": 2}, {"new": 1}, {"status": "gone"}, {"facts": {"a": 1}}, {"status": "done"}):
        with pytest.raises(AssertionError):
            demand_valid(f"{json.dumps(good | change)}\n{json.dumps(summary)}")


def test_the_results_of_a_run_are_listed() -> None:
    text = (ROOT / "docs" / "ci-output.md").read_text(encoding="utf-8")
    rows = text.split("\n## Results\n")[1].split("\n## ")[0].splitlines()
    first = " ".join(row.split("|")[1] for row in rows if row.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", first)) == set(FACTS)


def test_every_status_is_explained() -> None:
    row = next(line for line in _lines() if line.startswith("| `status` |"))

    assert [status.value for status in Status if f"`{status.value}`" not in row] == []


def test_the_examples_are_lines_of_this_version() -> None:
    (example,) = (block.text for block in Page(EVENTS).blocks if block.language == "json")

    for line in example.splitlines():
        document = json.loads(line)
        assert document["v"] == 1
        assert set(document) <= documented_keys(document["event"])


def _printed(event: RunEvent, capsys: pytest.CaptureFixture[str]) -> Any:
    JsonLines()(event)
    return json.loads(capsys.readouterr().out)


def _lines() -> list[str]:
    return EVENTS.read_text(encoding="utf-8").splitlines()
