"""How a command that runs a plan ends: what it prints, what it leaves, also when it goes wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn
from xml.etree import ElementTree as ET

import click
import pytest

from helmforge.cli.boundary import run
from helmforge.cli.output.options import RunOptions
from helmforge.cli.output.report import Subject
from helmforge.cli.output.session import Session
from helmforge.domain.annotations import Annotation
from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.domain.findings import Place
from helmforge.domain.plan import Plan
from helmforge.errors import ConfigError, FindingsError, StepError, UnreachableError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted
from helmforge.flows.summary import NOT_STARTED, Summary
from tests.cli.output import logs
from tests.flows.plans import plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helmforge.flows.events import Sink

PLAN = plan("shop")
DONE = {one.id: Outcome(Status.DONE, seconds=1.0) for one in PLAN}
IMAGE = {"image": "myrepo.cr.io/shop:1.2.0", "digest": "sha256:abc"}
CHART = {"chart": "oci://myrepo.cr.io/charts/shop:1.2.0", "digest": "sha256:def"}
PUBLISHED = {
    "shop/first": Outcome(Status.DONE, IMAGE),
    "shop/second": Outcome(Status.SKIPPED, CHART, reason="already there"),
}
KNOWN = {
    "result": "done",
    "service": "shop",
    "version": "1.2.0",
    "image": IMAGE["image"],
    "digest": "sha256:abc",
    "chart": CHART["chart"],
    "chart_digest": "sha256:def",
}


class Job:
    """The folder of a job, with the files that its CI system gives it."""

    def __init__(self, folder: Path) -> None:
        self.options = RunOptions(
            junit=folder / "junit.xml", summary=folder / "summary.md", dotenv=folder / "run.env"
        )
        self.github = Ci(
            CiSystem.GITHUB, summary_file=str(folder / "step-summary"), output_file=str(folder / "output")
        )
        self.azure = Ci(CiSystem.AZURE, temporary=str(folder))
        self.folder = folder

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.chdir(tmp_path)
    return Job(tmp_path)


def _command(
    options: RunOptions, ci: Ci, execute: Callable[[Sink], Summary], whole: Plan = PLAN
) -> click.Command:
    @click.command()
    def command() -> None:
        session = Session(options, ci)
        with session.preparing("pipeline run"):
            pass
        session.run(Subject("pipeline run", "push of x", version="1.2.0", idle="no need"), whole, execute)

    return command


def _ending(summary: Summary) -> Callable[[Sink], Summary]:
    return lambda _: summary


def test_the_results_of_a_service_are_handed_on(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    published = _ending(Summary(PLAN, PUBLISHED))
    assert run(_command(job.options, job.github, published), []) == 0
    assert logs.outputs(job.read("output")) == KNOWN
    assert job.read("run.env").splitlines() == [
        f"HELMFORGE_{name.upper()}={value}" for name, value in KNOWN.items()
    ]
    assert "\n" + job.read("summary.md") == job.read("step-summary")
    assert capsys.readouterr().err == ""
    assert run(_command(job.options, job.azure, published), []) == 0
    found = logs.azure(capsys.readouterr().err)
    assert {one.properties["variable"]: one.text for one in found[:-1]} == KNOWN
    assert {one.properties["isOutput"] for one in found[:-1]} == {"true"}
    assert found[-1].name == "task.uploadsummary"
    assert (job.folder / found[-1].text).read_text(encoding="utf-8") == job.read("summary.md")


def test_of_several_services_only_the_result_is(job: Job) -> None:
    both = plan("shop", "cart")
    done = Summary(both, {one.id: Outcome(Status.DONE, IMAGE) for one in both})
    assert run(_command(job.options, job.github, _ending(done), both), []) == 0
    assert logs.outputs(job.read("output")) == {"result": "done"}


def test_a_failed_step_hands_nothing_on(job: Job) -> None:
    failed = Outcome(Status.FAILED, CHART, reason="no", error=StepError("no"))
    summary = Summary(PLAN, PUBLISHED | {"shop/second": failed})
    assert run(_command(job.options, job.github, _ending(summary)), []) == 1
    assert "chart" not in logs.outputs(job.read("output"))
    assert logs.outputs(job.read("output"))["result"] == "failed"


def test_with_nothing_to_do_everything_says_so(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    idle = _ending(Summary(Plan(), {}))
    assert run(_command(job.options, job.github, idle, Plan()), []) == 0
    assert capsys.readouterr().out == "nothing to do: no need\n"
    assert "Nothing to do: <code>no need</code>" in job.read("step-summary")
    assert ET.fromstring(job.read("junit.xml")).get("tests") == "1"
    assert job.read("run.env") == "HELMFORGE_RESULT=nothing-to-do\n"


def test_the_summary_goes_behind_what_is_there_and_keeps_to_the_limit(job: Job) -> None:
    summary = job.folder / "step-summary"
    summary.write_text("theirs", encoding="utf-8")
    done = _ending(Summary(PLAN, DONE))
    assert run(_command(RunOptions(), job.github, done), []) == 0
    assert job.read("step-summary").startswith("theirs\n\n## helmforge pipeline run: done\n")
    summary.write_text("x" * 1024 * 1024, encoding="utf-8")
    assert run(_command(RunOptions(), job.github, done), []) == 0
    assert summary.stat().st_size == 1024 * 1024


def test_an_early_failure_is_in_the_reports(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    job.options.junit.write_text("of an earlier run", encoding="utf-8")  # type: ignore[union-attr]

    @click.command()
    def command() -> None:
        with Session(job.options, job.github).preparing("pipeline run"):
            raise ConfigError("helmforge.yaml is not valid", where="helmforge.yaml:3")

    assert run(command, []) == 2
    assert ET.fromstring(job.read("junit.xml")).get("errors") == "1"
    assert "helmforge.yaml is not valid" in job.read("step-summary")
    assert job.read("run.env") == "HELMFORGE_RESULT=failed\n"
    assert capsys.readouterr().err.startswith("error: helmforge.yaml is not valid\n")


def test_an_interruption_leaves_all_reports(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(sink: Sink) -> Summary:
        sink(StepStarted("shop/first", "shop", "first"))
        sink(StepOutput("shop/first", "shop", "half a"))
        outcomes = {"shop/first": Outcome(Status.INTERRUPTED), "shop/second": NOT_STARTED}
        return Summary(PLAN, outcomes, interrupted=True)

    assert run(_command(job.options, job.github, interrupted), []) == 130
    assert [one.name for one in logs.github(capsys.readouterr().err)][::3] == ["group", "endgroup"]
    assert "**interrupted**" in job.read("step-summary")
    assert ET.fromstring(job.read("junit.xml")).get("errors") == "1"
    assert logs.outputs(job.read("output"))["result"] == "interrupted"


def test_a_second_interruption_leaves_what_was_done(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    def impatient(sink: Sink) -> NoReturn:
        sink(StepFinished("shop/first", "shop", "first", Outcome(Status.DONE, IMAGE, seconds=1.0)))
        raise KeyboardInterrupt

    assert run(_command(job.options, job.github, impatient), []) == 130
    assert "| <code>first</code> | done 1.0 s |" in job.read("summary.md")
    assert logs.outputs(job.read("output"))["image"] == IMAGE["image"]
    assert ET.fromstring(job.read("junit.xml")).get("skipped") == "1"
    assert capsys.readouterr().err.endswith("error: interrupted\n  do: run the same command again\n")


def test_a_report_that_cannot_be_written_fails_the_run_and_not_the_others(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = replace(job.github, output_file=str(job.folder))
    assert run(_command(job.options, lost, _ending(Summary(PLAN, DONE))), []) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"error: {str(job.folder)!r} cannot be written\n")
    assert "done      first" in shown.out
    assert "helmforge pipeline run: done" in job.read("step-summary")


def test_the_code_of_the_run_wins_over_a_lost_report(job: Job) -> None:
    gone = UnreachableError("gone")
    failed = Summary(PLAN, DONE | {"shop/first": Outcome(Status.FAILED, reason="x", error=gone)})
    lost = replace(job.github, output_file=str(job.folder))
    assert run(_command(job.options, lost, _ending(failed)), []) == 4


def test_json_is_nothing_but_json(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    options = replace(job.options, output="json")
    for ci in (job.github, job.azure):
        assert run(_command(options, ci, _ending(Summary(PLAN, PUBLISHED))), []) == 0
        shown = capsys.readouterr()
        assert (len(shown.out.splitlines()), shown.err) == (1, "")
    assert "helmforge pipeline run: done" in job.read("step-summary")


def test_findings_are_marked_in_their_files(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    found = tuple(
        Annotation(
            "a rule", f"finding {number}", Place("services/shop/values.yaml", number), warning=number > 15
        )
        for number in range(1, 30)
    )
    error = FindingsError("29 findings", annotations=found)
    failed = Summary(PLAN, DONE | {"shop/first": Outcome(Status.FAILED, reason="x", error=error)})
    assert run(_command(RunOptions(), job.github, _ending(failed)), []) == 1
    commands = logs.github(capsys.readouterr().err)
    assert [one.name for one in commands] == ["error"] * 10 + ["warning"] * 10
    assert commands[0].properties == {
        "file": "services/shop/values.yaml",
        "line": "1",
        "title": "a rule",
    }
