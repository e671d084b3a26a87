"""Which events make pipelines in GitLab, against what helmforge itself makes of a branch."""

from __future__ import annotations

import pytest

from helmforge.domain.ci_files import CiSystem
from helmforge.domain.event import Flow
from tests.gitlab.events import merge_request, push, tag
from tests.gitlab.pipelines import parse, pipeline_of
from tests.support.ci_settings import flow_of_push, random_branches, random_settings, rendered, settings_of

_COMMIT = "a" * 40
_WORK = {"plan", "affected-services"}
_PROMOTIONS = {"promote-pre-prod", "promote-prod"}


def test_every_push_that_helmforge_works_on_makes_a_pipeline_and_no_other() -> None:
    for settings in random_settings(30, seed=4):
        configuration = parse(rendered(CiSystem.GITLAB, settings))
        anything = settings.branches.release.startswith("{")  # then many names might be meant for a release
        for branch in random_branches(100, seed=5):
            flow, event = flow_of_push(branch, settings), push(branch, _COMMIT)
            pipeline = pipeline_of(configuration, event)
            case = f"{branch} is {flow} by {settings.branches} and {settings.trunk}"
            assert (pipeline is not None) == (flow is not Flow.IGNORED) or (pipeline and anything), case
            if pipeline is None:
                continue
            assert set(pipeline.jobs) >= _WORK, case
            if flow in {Flow.TRUNK, Flow.RELEASE}:
                assert pipeline.cancelled == "none", case
                assert not any(job.interruptible for job in pipeline.jobs.values()), case
            assert _PROMOTIONS.isdisjoint(pipeline.jobs) or flow in {Flow.RELEASE, None} or anything, case
            assert flow is not Flow.RELEASE or set(pipeline.jobs) >= _PROMOTIONS, case


def test_a_merge_request_has_one_pipeline_which_knows_what_it_is_for() -> None:
    for settings in random_settings(30, seed=6):
        configuration = parse(rendered(CiSystem.GITLAB, settings))
        for branch in random_branches(50, seed=7):
            flow = flow_of_push(branch, settings)
            pushed = pipeline_of(configuration, push(branch, _COMMIT, requests="shop!7"))
            if flow is Flow.FEATURE and not settings.branches.release.startswith("{"):
                assert pushed is None, branch
            if flow in {Flow.TRUNK, Flow.RELEASE}:
                assert pushed is not None, branch
            into = pipeline_of(configuration, merge_request(branch, settings.trunk, _COMMIT))
            assert into is not None
            assert set(into.jobs) == {*_WORK, "this-file"}
            assert (into.cancelled, into.jobs["plan"].interruptible) == ("interruptible", True)
            assert "HELMFORGE_EVENT" not in into.jobs["plan"].variables
            other = pipeline_of(configuration, merge_request(branch, "elsewhere", _COMMIT))
            assert other is not None
            like_a_push = other.jobs["plan"].variables.get("HELMFORGE_EVENT") == "push"
            assert not like_a_push or flow is Flow.FEATURE, branch
            exact = flow is Flow.FEATURE and not settings.branches.release.startswith("{")
            assert not exact or like_a_push, branch


@pytest.mark.parametrize("path", ["", ".gitlab/helmforge.yml"])
def test_tags_and_schedules_are_nobodys_business(path: str) -> None:
    configuration = parse(rendered(CiSystem.GITLAB, settings_of(), path))
    assert pipeline_of(configuration, tag("v1", _COMMIT)) is None
    assert pipeline_of(configuration, push("main", _COMMIT) | {"CI_PIPELINE_SOURCE": "schedule"}) is None


def test_an_included_file_leaves_pipelines_and_stages_to_the_file_that_includes_it() -> None:
    text = rendered(CiSystem.GITLAB, settings_of(), ".gitlab/own file.yml")
    configuration = parse(text)
    assert {"workflow", "stages"}.isdisjoint(configuration)
    assert " --ci-file '.gitlab/own file.yml' " in "".join(configuration["plan"]["script"])
    theirs = {"stages": ["test"], "workflow": {"rules": [{"when": "always"}]}}
    for branch, works in (
        ("feature/a", True),
        ("feature/experimental/a", False),
        ("main", True),
        ("x", False),
    ):
        pipeline = pipeline_of(theirs | configuration, push(branch, _COMMIT))
        assert (pipeline is not None) == works, branch
