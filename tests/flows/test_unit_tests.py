"""The step `test`: what the command says, and what its JUnit files say."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from helmforge.adapters.junit import JUnitFiles
from helmforge.adapters.process import Runner
from helmforge.adapters.programs import Commands
from helmforge.config import parse_service, parse_settings
from helmforge.domain.plan import Plan, PlannedStep, RunTests
from helmforge.flows import steps
from helmforge.flows.events import Status, StepFinished
from helmforge.flows.execution import execute
from helmforge.flows.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.events import Outcome

SETTINGS = parse_settings(
    "registry: myrepo.cr.io\nenvironments:\n  qa: {cluster: {context: dev}, deploy: on-release}\n"
)
GOOD = '<testsuite><testcase classname="a" name="b"/></testsuite>'
BAD = '<testsuite><testcase classname="a" name="b"><failure/></testcase></testsuite>'


def ran(root: Path, script: str, *, reports: Path | None = None, **test: Any) -> tuple[Outcome, list[str]]:
    """The outcome of the step with a shell script as the command, and the lines that it logged."""
    folder = root / "services" / "shop"
    folder.mkdir(parents=True)
    configured = {"command": ["/bin/sh", "-c", script], "junit": ["out/*.xml"], **test}
    service = parse_service(json.dumps({"test": configured}), "services/shop")
    unused: Any = SimpleNamespace()
    world = replace(
        World(*(unused for _ in World.__dataclass_fields__)),
        git=SimpleNamespace(root=root),
        programs=Commands(Runner({"PATH": "/usr/bin:/bin"})),
        junit=JUnitFiles(root),
    )
    table = steps.runners(world, SETTINGS, root, reports).table
    events: list[Any] = []
    execute(Plan((PlannedStep(RunTests(service)),)), table, events.append, jobs=1, interrupt=lambda: None)
    (outcome,) = (event.outcome for event in events if isinstance(event, StepFinished))
    return outcome, [event.line for event in events if hasattr(event, "line")]


def writing(text: str, code: int = 0) -> str:
    return f"mkdir -p out && echo '{text}' > out/r.xml; echo said; exit {code}"


def test_the_numbers_are_facts_and_the_files_are_in_the_report(tmp_path: Path) -> None:
    outcome, lines = ran(tmp_path / "repo", writing(GOOD), reports=tmp_path / "reports")

    assert outcome.status is Status.DONE
    assert outcome.facts == {"tests": "1", "failures": "0", "skipped": "0"}
    assert lines[0] == "said"
    copied = tmp_path / "reports" / "tests" / "shop" / "services-shop-out-r.xml"
    assert copied.read_text() == f"{GOOD}\n"


def test_what_failed_is_in_the_error_and_in_the_facts(tmp_path: Path) -> None:
    outcome, _ = ran(tmp_path, writing(BAD, 3))

    assert outcome.status is Status.FAILED
    assert outcome.reason.endswith("failed: 1 of 1 tests failed")
    assert outcome.error is not None
    assert outcome.error.why.splitlines() == ["a.b", "exit code 3", "said"]
    assert outcome.facts["failed_tests"] == "a.b"


def test_a_command_that_hides_its_failures_is_not_believed(tmp_path: Path) -> None:
    outcome, _ = ran(tmp_path, writing(BAD))

    assert outcome.status is Status.FAILED
    assert outcome.error is not None
    assert outcome.error.why == "the command itself ended with exit code 0\na.b"


def test_a_file_that_cannot_be_read_is_no_success(tmp_path: Path) -> None:
    outcome, _ = ran(tmp_path, writing("<!DOCTYPE a><testsuite/>"))

    assert outcome.error is not None
    assert "document type" in outcome.error.why


def test_no_file_at_all_is_said(tmp_path: Path) -> None:
    outcome, lines = ran(tmp_path, "true")

    assert (outcome.status, outcome.facts) == (Status.DONE, {})
    assert lines == ["no JUnit file was written: services/shop/out/*.xml"]


def test_after_the_time_limit_the_results_so_far_are_told(tmp_path: Path) -> None:
    outcome, _ = ran(tmp_path, f"{writing(BAD).removesuffix('exit 0')} sleep 60", timeout="1s")

    assert outcome.error is not None
    assert "did not finish within 1 s; what it had started was ended, too: 1 of 1" in outcome.error.what
    assert "test.timeout" in outcome.error.hint
