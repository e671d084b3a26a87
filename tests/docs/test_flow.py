"""The tables of docs/flow.md agree with the plans that are made."""

from __future__ import annotations

import re

import pytest

from helmforge.config import parse_service, parse_settings
from helmforge.domain.event import Flow
from helmforge.domain.pipeline import Change, plan_pipeline
from helmforge.domain.version import Version
from helmforge.flows.steps import lock
from tests.config.examples import DESIGN
from tests.docs.markdown import ROOT
from tests.docs.step_kinds import step_verbs

TEXT = (ROOT / "docs" / "flow.md").read_text(encoding="utf-8")
COMMIT = "c" * 40
ON_TRUNK = DESIGN.replace("deploy: on-release", "deploy: on-trunk")


def _chapter(heading: str) -> str:
    return TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _steps(event: str, *, signed: bool = False) -> list[str]:
    """Those in parentheses are there when images are signed."""
    row = next(line for line in _chapter("Events").splitlines() if line.startswith(f"| {event} |"))
    cell = row.split(" | ")[2]
    return re.findall(r"`([^`]*)`", cell if signed else re.sub(r"\([^)]*\)", "", cell))


@pytest.mark.parametrize(
    ("event", "settings", "flow"),
    [
        ("push of a `feature` branch", DESIGN, Flow.FEATURE),
        ("pull request into the trunk", DESIGN, Flow.PULL_REQUEST),
        ("push to the trunk", DESIGN, Flow.TRUNK),
        ("the same, with an environment `deploy: on-trunk`", ON_TRUNK, Flow.TRUNK),
        ("push of a release branch", DESIGN, Flow.RELEASE),
    ],
)
def test_the_steps_of_each_event(event: str, settings: str, flow: Flow) -> None:
    change = Change(flow, COMMIT, Version("1.0.0") if flow is Flow.RELEASE else None)
    plan = plan_pipeline(parse_settings(settings), change, [parse_service("", "services/shop")])

    assert [planned.step.verb for planned in plan] == _steps(event)


@pytest.mark.parametrize(
    ("event", "settings", "flow"),
    [
        ("pull request into the trunk", DESIGN, Flow.PULL_REQUEST),
        ("the same, with an environment `deploy: on-trunk`", ON_TRUNK, Flow.TRUNK),
        ("push of a release branch", DESIGN, Flow.RELEASE),
    ],
)
def test_the_steps_where_images_are_signed(event: str, settings: str, flow: Flow) -> None:
    change = Change(flow, COMMIT, Version("1.0.0") if flow is Flow.RELEASE else None)
    signing = parse_settings(settings + "\nprovenance: {sign: {keyless: true}}\n")
    plan = plan_pipeline(signing, change, [parse_service("", "services/shop")])

    assert [planned.step.verb for planned in plan] == _steps(event, signed=True)


def test_every_kind_of_step_is_explained() -> None:
    explained = re.findall(r"^\| `([^`]*)` \|", _chapter("Steps"), flags=re.MULTILINE)
    assert sorted(explained) == sorted(step_verbs())


def test_how_long_a_crash_is_felt() -> None:
    assert f"at most {lock.SECONDS + 1} s" in TEXT  # it looks once a second
