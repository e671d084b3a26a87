"""Which CI system this is, from its variables."""

from __future__ import annotations

import pytest

from helmforge.adapters.ci_system import surroundings
from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "42",
    "GITHUB_STEP_SUMMARY": "/tmp/summary",
    "GITHUB_OUTPUT": "/tmp/output",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_JOB_URL": "https://gitlab.com/acme/shop/-/jobs/42",
    "CI_PROJECT_URL": "https://gitlab.com/acme/shop",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/",
    "SYSTEM_TEAMPROJECT": "my shop",
    "BUILD_BUILDID": "42",
    "AGENT_TEMPDIRECTORY": "/agent/_temp",
}
JENKINS = {"JENKINS_URL": "https://ci.example/", "BUILD_URL": "https://ci.example/job/shop/42/"}


def test_each_system() -> None:
    assert surroundings(GITHUB) == Ci(
        CiSystem.GITHUB,
        "https://github.com/acme/shop/actions/runs/42",
        "https://github.com/acme/shop/commit/",
        "/tmp/summary",
        "/tmp/output",
    )
    assert surroundings(GITLAB) == Ci(
        CiSystem.GITLAB, "https://gitlab.com/acme/shop/-/jobs/42", "https://gitlab.com/acme/shop/-/commit/"
    )
    assert surroundings(AZURE) == Ci(
        CiSystem.AZURE,
        "https://dev.azure.com/acme/my%20shop/_build/results?buildId=42",
        temporary="/agent/_temp",
    )
    assert surroundings(JENKINS) == Ci(CiSystem.JENKINS, "https://ci.example/job/shop/42/")
    assert surroundings({"CI": "true"}) == Ci()


@pytest.mark.parametrize("mark", ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"])
def test_with_nothing_but_its_mark(mark: str) -> None:
    found = surroundings({mark: "true"})
    assert found == Ci(found.system)
    assert found.system is not None
    assert surroundings({mark: ""}) == Ci()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://",
        "//ci.example",
        "https://user:secret@ci.example/x",
        "https://[",
        "ftp://ci.example",
    ],
)
def test_an_address_that_is_none_is_no_link(url: str) -> None:
    assert surroundings({"JENKINS_URL": "x", "BUILD_URL": url}).run_url == ""


def test_an_address_cannot_end_a_link() -> None:
    hostile = 'https://ci.example/a b<script>(x)[y]"|`\n\\'
    url = surroundings({"JENKINS_URL": "x", "BUILD_URL": hostile}).run_url
    assert not set(url) & set(' <>()[]"|`\n\\')


@pytest.mark.parametrize(
    ("environment", "promotes"),
    [
        ({"GITHUB_ACTIONS": "true", "GITHUB_JOB": "promote-prod"}, "prod"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_JOB": "release"}, ""),
        ({"GITLAB_CI": "true", "CI_ENVIRONMENT_NAME": "prod"}, "prod"),
        ({"GITLAB_CI": "true", "CI_JOB_NAME": "promote-prod"}, ""),
        ({"TF_BUILD": "True", "ENVIRONMENT_NAME": "prod"}, "prod"),
        ({"JENKINS_URL": "https://ci.example", "STAGE_NAME": "promote to prod"}, "prod"),
        ({"JENKINS_URL": "https://ci.example", "STAGE_NAME": "services"}, ""),
        ({"GITHUB_JOB": "promote-prod", "CI_ENVIRONMENT_NAME": "prod"}, ""),
    ],
)
def test_which_environment_a_job_promotes_to(environment: dict[str, str], promotes: str) -> None:
    assert surroundings(environment).promotes == promotes
