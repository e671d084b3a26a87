"""docs/rollouts.md: each step changes what the page says, and the refusals are those of the chart."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates import template_root
from tests.charts.differences import difference
from tests.charts.helm import ANSWERS, Helm, scaffold
from tests.docs.markdown import Page
from tests.docs.rollout_steps import PAGE, lines, steps
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from tests.docs.rollout_steps import Step

STEPS = steps(Page(PAGE))
EVERY_KIND = {
    "Canary with a Gateway",
    "Promote a canary",
    "Canary without a Gateway",
    "A/B by header",
    "Blue/green",
}
_FAIL = re.compile(r'(?:fail|refuse") (?:\(printf )?"([^"]*)"')
MESSAGES = re.findall(r"^\| `([^`]*)` \| ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    answers = dataclasses.replace(ANSWERS, registry="registry.example.com")
    chart = scaffold(answers, tmp_path_factory.mktemp("service"))
    return Helm(require_tool("helm4"), chart, tmp_path_factory.mktemp("helm"))


def test_every_chapter_has_steps() -> None:
    assert {step.chapter for step in STEPS} == EVERY_KIND


@pytest.mark.integration
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"line {step.line}")
def test_a_step_changes_what_the_page_says(helm: Helm, step: Step) -> None:
    assert lines(difference(helm.render(step.before), helm.render(step.after))) == step.shown


def test_the_explained_refusals_are_those_of_the_chart() -> None:
    folder = template_root() / "_shared" / "tracks" / "templates"
    texts = [
        text for path in folder.glob("*.tpl") for text in _FAIL.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(texts) > 10
    assert [text for text in texts if not any(_filled(text).fullmatch(message) for message in MESSAGES)] == []
    assert [
        message for message in MESSAGES if not any(_filled(text).fullmatch(message) for text in texts)
    ] == []


def _filled(text: str) -> re.Pattern[str]:
    """The chart fills in names, keys and numbers."""
    return re.compile(".+".join(map(re.escape, re.split("%[sd]", text))))
