"""Ten thousand hostile names through the scripts of GitLab's files: each stays one argument, nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.domain.ci_files import ChildAnswers, CiSystem
from helmforge.domain.settings import Ci
from tests.gitlab.events import push
from tests.gitlab.pipelines import parse, pipeline_of
from tests.support.ci_settings import rendered, settings_with
from tests.support.hostile import calls, hostile_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES = (
    *("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_COMMIT_TITLE", "CI_COMMIT_MESSAGE", "CI_COMMIT_AUTHOR"),
    *(
        "CI_MERGE_REQUEST_TITLE",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "GITLAB_USER_NAME",
        "CI_PROJECT_TITLE",
    ),
    *("HELMFORGE_EVENT", "HELMFORGE_SERVICE", "HELMFORGE_VERSION"),
)
_BASH = ("bash", "-eo", "pipefail")
_IMAGE = settings_with("{required: 0}", "ci: {image: example.com/helmforge:1}\n")


def scripts() -> dict[str, str]:
    """Job -> its lines."""
    parent = parse(rendered(CiSystem.GITLAB, _IMAGE))
    child = parse(
        BuiltInPipelines().child(
            ChildAnswers("1", ("orders",), "", True, Ci(image="example.com/helmforge:1"))
        )
    )
    found = {}
    for configuration in (parent, child):
        pipeline = pipeline_of(configuration, push("release/orders/1.0.0", "a" * 40))
        assert pipeline is not None
        for name, job in pipeline.jobs.items():
            if "script" in job.content:
                found[name] = "\n".join([*(job.content["before_script"] or []), *job.content["script"]])
    return found


def test_ten_thousand_names_stay_literal(tmp_path: Path) -> None:
    found = scripts()
    assert list(found) == ["plan", "brief-prod", "promote-pre-prod", "promote-prod", "service orders"]
    values = hostile_names(10_000, seed=1)
    to = {"HELMFORGE_PROMOTIONS": "pre-prod prod"}
    environments = [dict.fromkeys(_NAMES, value) | to for value in values]
    called = calls(tmp_path, list(found.values()), environments, shell=_BASH)
    assert called[0::2] == [["--version"]] * len(values) * len(found)
    assert called[1::2] == [call for value in values for call in expected(value)]
    assert list(tmp_path.rglob("canary")) == []


def expected(value: str) -> Iterator[list[str]]:
    yield ["pipeline", "plan", "--event", value, "-o", "gitlab", "--child", "helmforge-child.yml"]
    yield ["release", "brief", value, value, "--env", "prod", "-o", "html"]
    yield ["release", "promote", value, value, "--env", "pre-prod"]
    yield ["release", "promote", value, value, "--env", "prod"]
    yield ["pipeline", "run", "--service", "orders", "--junit", "helmforge-junit.xml"]


@pytest.mark.parametrize(
    "unsafe", ['eval "x=$CI_COMMIT_TITLE"', "bash -c \"echo '$CI_COMMIT_BRANCH'\" || true"]
)
def test_a_line_that_runs_names_would_be_found(tmp_path: Path, unsafe: str) -> None:
    environments = [dict.fromkeys(_NAMES, value) for value in ("$(touch canary)", "'; touch canary; '")]
    calls(tmp_path, [f"({unsafe})"], environments, shell=("bash",))
    assert (tmp_path / "canary").exists()


def test_lists_of_names_do_not_reach_the_text_of_the_child() -> None:
    """What a child says comes from checked names and from the users' own file."""
    text = BuiltInPipelines().child(ChildAnswers("1", ("a", "b"), "push", False, Ci()))
    assert text.count("--event push") == 2
    assert "$CI_COMMIT" not in text
