"""Which pushes start runs in Azure Pipelines: at least those that helmforge itself would work on."""

from __future__ import annotations

from helmforge.domain.ci_files import CiSystem
from helmforge.domain.event import Flow
from tests.azure.agent import load
from tests.azure.expressions import Facts, is_true
from tests.azure.filters import triggers
from tests.support.ci_settings import flow_of_push, random_branches, random_settings, rendered, settings_of


def test_every_push_that_helmforge_works_on_starts_a_run() -> None:
    for settings in random_settings(40, seed=8):
        content = load(rendered(CiSystem.AZURE, settings))
        assert content["pr"]["branches"] == {"include": [settings.trunk]}
        assert content["trigger"]["batch"] == "false"
        for branch in random_branches(100, seed=9):
            if flow_of_push(branch, settings) is not Flow.IGNORED:
                assert triggers(content["trigger"]["branches"], branch), (branch, settings.branches)


def test_what_is_ignored_starts_none() -> None:
    branches = load(rendered(CiSystem.AZURE, settings_of()))["trigger"]["branches"]
    assert not triggers(branches, "feature/experimental/a/b")
    assert not triggers(branches, "fix/a")
    assert triggers(branches, "feature/experimental")


def test_only_runs_that_may_push_keep_credentials() -> None:
    for settings in random_settings(30, seed=10):
        (checkout, *_) = load(rendered(CiSystem.AZURE, settings))["stages"][1]["jobs"][0]["steps"]
        expression = checkout["persistCredentials"].removeprefix("${{").removesuffix("}}")
        for branch in random_branches(60, seed=11):
            pushed = is_true(expression, Facts({"Build.SourceBranch": f"refs/heads/{branch}"}))
            assert pushed or flow_of_push(branch, settings) not in {Flow.TRUNK, Flow.RELEASE}, branch
        assert not is_true(expression, Facts({"Build.SourceBranch": "refs/pull/7/merge"}))
