"""Logs of runs with hostile titles and tool output: CI systems find the commands we mean, and no others."""

from __future__ import annotations

import io
import itertools
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helmforge.cli.output.azure import Azure
from helmforge.cli.output.github import GitHub
from helmforge.cli.output.gitlab import GitLab
from helmforge.cli.output.grouped import grouped
from helmforge.cli.output.plain import PlainLines
from helmforge.cli.printing import clean
from helmforge.domain.annotations import Annotation
from helmforge.domain.findings import Place
from helmforge.errors import StepError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted
from tests.cli.output import logs
from tests.cli.output.hostile import FRAGMENTS, TEXTS, surprising

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.cli.output.dialect import Dialect
    from helmforge.flows.events import RunEvent

STEPS = ("shop/test", "cart/test", "till-x/deploy-qa")
_STATUSES = st.sampled_from(list(Status))


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[RunEvent], set[str]]:
    """Events of steps side by side, and the ids of those with output. The last one may never finish."""
    queues = [
        _step(step, draw(TEXTS), draw(st.lists(TEXTS, max_size=2)), draw(TEXTS), draw(_STATUSES))
        for step in STEPS[: draw(st.integers(1, 3))]
    ]
    if draw(st.booleans()):
        queues[-1].pop()
    events: list[RunEvent] = []
    while any(queues):
        events.append(draw(st.sampled_from([queue for queue in queues if queue])).pop(0))
    return events, {event.id for event in events if isinstance(event, StepOutput)}


def _step(step: str, title: str, lines: Sequence[str], reason: str, status: Status) -> list[RunEvent]:
    name = step.partition("/")[0]
    error = StepError(reason) if status is Status.FAILED else None
    ended = StepFinished(step, name, title, Outcome(status, reason=reason, error=error, seconds=1.0))
    return [StepStarted(step, name, title), *(StepOutput(step, name, line) for line in lines), ended]


def printed(dialect: Dialect, events: Sequence[RunEvent], *, one_by_one: bool = False) -> str:
    log = io.StringIO()
    with redirect_stderr(log), grouped(dialect, one_by_one=one_by_one) as sink:
        for event in events:
            sink(event)
    text = log.getvalue()
    text.encode()  # whatever the encoding of a log: there is nothing in it that cannot be written
    return text


def tokens() -> GitHub:
    numbers = itertools.count()
    return GitHub(lambda: f"token-{next(numbers)}")


@settings(max_examples=400)
@given(runs())
def test_github_finds_the_groups_and_nothing_else(run: tuple[list[RunEvent], set[str]]) -> None:
    events, loud = run
    log = printed(tokens(), events)
    names = [command.name for command in logs.github(log)]
    assert names == [
        name
        for number in range(len(loud))
        for name in ("group", "stop-commands", f"token-{number}", "endgroup")
    ]
    assert set(logs.act(log)) <= {"group", "stop-commands", "endgroup"}
    assert not surprising(log)


@settings(max_examples=250)
@given(runs())
def test_even_without_stopping_commands_the_text_of_tools_holds_none(
    run: tuple[list[RunEvent], set[str]],
) -> None:
    """The log of Azure has nothing that stops its agent from listening."""
    events, loud = run
    found = [(one.name, one.properties) for one in logs.azure(printed(Azure(), events))]
    assert found == [("group", {}), ("endgroup", {})] * len(loud)


@settings(max_examples=250)
@given(runs())
def test_gitlab_finds_the_sections_and_nothing_else(run: tuple[list[RunEvent], set[str]]) -> None:
    events, loud = run
    log = printed(GitLab(lambda: 7.9), events)
    found = logs.sections(log)
    names = [name for kind, name in found if kind == "start"]
    assert found == [pair for name in names for pair in (("start", name), ("end", name))]
    assert sorted(names) == sorted(f"helmforge_{step.replace('/', '_')}" for step in loud)
    assert not surprising(logs.SECTION.sub("", log).replace("\x1b[0K", ""))


@settings(max_examples=250)
@given(runs())
def test_plain_lines_are_plain(run: tuple[list[RunEvent], set[str]]) -> None:
    log = io.StringIO()
    with redirect_stderr(log):
        for sink in (PlainLines(verbose=False), PlainLines(verbose=True)):
            for event in run[0]:
                sink(event)
    assert not surprising(log.getvalue())
    assert logs.anything(log.getvalue()) == []


@pytest.mark.parametrize("dialect", [tokens(), Azure(), GitLab()])
def test_the_lines_of_two_steps_do_not_mix(dialect: Dialect) -> None:
    one, two = (_step(step, "run tests", [f"{step} 1", f"{step} 2"], "", Status.DONE) for step in STEPS[:2])
    log = printed(dialect, [one[0], two[0], one[1], two[1], one[2], two[2], two[3], one[3]])
    order = [log.index(text) for text in ("cart/test 1", "cart/test 2", "shop/test 1", "shop/test 2")]
    assert order == sorted(order)


def test_steps_one_by_one_are_seen_while_they_run() -> None:
    log = io.StringIO()
    started, line, _ = _step(STEPS[0], "run tests", ["hello"], "", Status.DONE)
    with redirect_stderr(log), grouped(tokens(), one_by_one=True) as sink:
        sink(started)
        sink(line)
        assert log.getvalue().splitlines()[1:] == [
            "::group::shop | run tests",
            "::stop-commands::token-0",
            "  hello",
        ]
    # it was interrupted
    assert log.getvalue().splitlines()[4:] == ["::token-0::", "::endgroup::"]


def test_a_step_that_never_ran_does_not_speak_in_the_group_of_another() -> None:
    one, two = (_step(step, "run tests", ["hello"], "", Status.DONE) for step in STEPS[:2])
    never = StepFinished("till-x/lint", "till-x", "lint", Outcome(Status.NOT_DONE, reason="needs x"))
    log = printed(Azure(), [*one[:2], never, one[2], *two], one_by_one=True).splitlines()
    assert log[2:6] == ["  hello", "##[endgroup]", "shop | run tests: done (1.0 s)", log[5]]
    assert log[5] == "till-x | lint: not done: needs x"
    # nor is it lost when the other one never ends
    assert printed(Azure(), [*one[:2], never], one_by_one=True).splitlines()[-1] == log[5]


def test_what_a_step_said_is_shown_when_it_never_ends() -> None:
    log = printed(Azure(), _step(STEPS[0], "run tests", ["hello"], "", Status.DONE)[:2])
    assert log.splitlines() == [
        "shop | run tests ...",
        "##[group]shop | run tests",
        "  hello",
        "##[endgroup]",
    ]


def test_a_step_without_output_has_no_group() -> None:
    events = _step(STEPS[0], "lint the chart", [], "no chart yet", Status.SKIPPED)
    assert printed(tokens(), events).splitlines() == [
        "shop | lint the chart ...",
        "shop | lint the chart: skipped: no chart yet",
    ]


def test_of_endless_output_the_end_is_kept() -> None:
    events = _step(STEPS[0], "run tests", [f"line {number}" for number in range(25_000)], "", Status.DONE)
    lines = printed(Azure(), events).splitlines()
    assert lines[2:4] == ["  ... (5000 lines before these)", "  line 5000"]
    assert lines[-3] == "  line 24999"


def test_a_line_is_cut_where_nobody_reads_it() -> None:
    events = _step(STEPS[0], "run tests", ["x" * 1_000_000], "", Status.DONE)
    assert max(map(len, printed(Azure(), events).splitlines())) < 8100


@settings(max_examples=200)
@given(TEXTS, TEXTS, TEXTS, st.integers(0, 99))
@example("::error::", "a%0A::error::b\nc", "a,line=7::b", 1)
@example("", "", "- ", 0)
def test_an_annotation_is_one_command_with_the_text_as_it_was(
    title: str, text: str, file: str, line: int
) -> None:
    one = Annotation(title, text, Place(file, line) if file else None)
    shown = "\n".join(map(clean, text.splitlines()))
    (github,) = logs.github("\n".join(GitHub().annotation(one)))
    assert (github.name, github.text) == ("error", shown)
    # The runner trims what stands before the text: blanks at the end of the last property are lost.
    assert github.properties.get("file", "").rstrip() == clean(" ".join(file.splitlines())).rstrip()
    assert github.properties.get("line", "0") == str(line if file else 0)
    (azure,) = logs.azure("\n".join(Azure().annotation(one)))
    assert azure.name == "task.logissue"
    assert set(azure.properties) <= {"type", "sourcepath", "linenumber"}
    assert azure.text == "\n".join(map(clean, (f"{title}: {text}" if title else text).splitlines()))
    for dialect in (GitHub(), Azure(), GitLab()):
        assert not surprising("\n".join(dialect.annotation(one)))


@settings(max_examples=500)
@given(TEXTS)
def test_cleaned_text_is_no_command_wherever_it_stands(text: str) -> None:
    for shown in (clean(text), f"  {clean(text)}", f"x: {clean(text)}", clean(clean(text))):
        assert logs.anything(shown) == []
        assert not surprising(shown)
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "text", ["naïve Grüße 日本語 👨\u200d👩\u200d👧 कर्\u200dम", "a::b", "## [1.0.0]", "x[0]"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_the_models_find_what_the_runners_find() -> None:
    """Otherwise the tests above prove nothing."""
    assert [one.name for one in logs.github(" \t::error file=a,line=1::x%0Ay\nz ##[add-path]/x")] == [
        "error",
        "add-path",
    ]
    assert logs.github("::stop-commands::t\n::error::x\n::t::\n::debug::y")[-1].text == "y"
    assert [one.name for one in logs.azure("a ##vso[task.setvariable variable=x]y")] == ["task.setvariable"]
    assert logs.sections("\x1b[0Ksection_start:1:a[collapsed=true]\r\x1b[0Kx") == [("start", "a")]
    assert logs.act("::set-env name=a::b") == ["set-env"]
    tricks = "\n".join(FRAGMENTS)
    assert logs.azure(tricks)
    assert logs.sections(tricks)
    assert surprising(tricks)
