"""What stands in GitLab's files: by the published schema, with users' sections, and on a runner."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_service, parse_settings
from helmforge.domain.ci_files import ChildAnswers, CiSystem, child_answers
from helmforge.domain.event import Flow
from helmforge.domain.settings import Ci
from tests.gitlab.events import push
from tests.gitlab.pipelines import parse, pipeline_of
from tests.support.ci_schemas import objections
from tests.support.ci_settings import random_settings, rendered, settings_of, settings_with
from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

_IMAGE = "example.com/helmforge@sha256:" + "a" * 64
_CI = (
    "",
    f"ci: {{image: '{_IMAGE}'}}\n",
    "ci: {runner: [linux, 'large: arm64'], image: example.com/helmforge:1}\n",
    "branches: {feature: [], ignore: []}\n",
)


@pytest.mark.integration
def test_the_published_schema_has_no_objections(tmp_path: Path) -> None:
    parents = [
        rendered(CiSystem.GITLAB, settings_of(text), path) for text in _CI for path in ("", "ci/own.yml")
    ]
    parents += [rendered(CiSystem.GITLAB, settings) for settings in random_settings(6, seed=12)]
    many = tuple(f"s{number}" for number in range(300))
    children = [
        BuiltInPipelines().child(ChildAnswers("1.0.0", services, event, interruptible, ci, not interruptible))
        for services, event, interruptible in (((), "", True), (("a",), "push", False), (many, "", True))
        for ci in (Ci(), Ci(("linux",), _IMAGE))
    ]
    assert objections("gitlab-ci", [*parents, *children], tmp_path) == ""


@pytest.mark.integration
def test_the_schema_sees_a_wrong_file(tmp_path: Path) -> None:
    wrong = rendered(CiSystem.GITLAB, settings_of()).replace("affected-services:", "services:")
    assert "services" in objections("gitlab-ci", [wrong], tmp_path)


def test_a_child_has_a_job_for_each_service_whatever_its_name() -> None:
    names = ("image", "pages", "services", "orders")
    pipeline = pipeline_of(
        parse(BuiltInPipelines().child(ChildAnswers("1", names, "", False, Ci()))), push("main", "a" * 40)
    )
    assert pipeline is not None
    assert list(pipeline.jobs) == [f"service {name}" for name in names]
    assert pipeline.cancelled == "none"


@pytest.mark.parametrize("name", ["on", "no", "null", "true"])
def test_an_environment_may_be_called_what_yaml_takes_for_something_else(name: str) -> None:
    environments = f"{{'{name}': {{cluster: {{context: a}}, deploy: on-approval}}}}"
    text = f"registry: r.example.com\nenvironments: {environments}\n"
    content = parse(rendered(CiSystem.GITLAB, parse_settings(text, "helmforge.yaml")))
    assert content[f"promote-{name}"]["environment"] == {"name": name}


@pytest.mark.parametrize(
    ("approvals", "when"),
    [("{required: 0}", "on_success"), ("{required: 2}", "manual"), ("{by: ci}", "manual")],
)
def test_a_promotion_without_an_approval_starts_by_itself(approvals: str, when: str) -> None:
    content = parse(rendered(CiSystem.GITLAB, settings_with(approvals)))
    pipeline = pipeline_of(content, push("release/orders/1.0.0", "a" * 40))
    assert pipeline is not None
    assert ("brief-pre-prod" in pipeline.jobs) is (when == "manual")
    assert (pipeline.jobs["promote-pre-prod"].when, pipeline.jobs["promote-prod"].when) == (when, "manual")


@pytest.mark.parametrize("flow", Flow)
def test_no_newer_commit_cancels_a_deployment(flow: Flow) -> None:
    service = parse_service("", "services/orders")
    child = child_answers((service,), flow, "", "1", settings_of())
    pipeline = pipeline_of(parse(BuiltInPipelines().child(child)), push("main", "a" * 40))
    assert pipeline is not None
    deploys = flow in {Flow.TRUNK, Flow.RELEASE}
    (job,) = pipeline.jobs.values()
    assert (pipeline.cancelled, job.interruptible) == ("none" if deploys else "interruptible", not deploys)


def test_sections_of_the_parent_hold_for_the_child(tmp_path: Path) -> None:
    repo = adopted(tmp_path)
    path = repo.root / ".gitlab-ci.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("    # begin yours: setup\n", "    # begin yours: setup\n    - docker login\n")
    text = text.replace("  # begin yours: job\n", "  # begin yours: job\n  tags: [mine]\n")
    path.write_text(text, encoding="utf-8")
    current = run_helmforge(repo.root, repo.environment, "pipeline", "generate", "gitlab", "--check")
    assert current.code == 0, current.out
    ran = run_helmforge(
        repo.root, repo.environment, "pipeline", "plan", "--child", "child.yml", "--event", "push"
    )
    assert ran.code == 0, ran.err
    pipeline = pipeline_of(
        parse((repo.root / "child.yml").read_text(encoding="utf-8")), push("main", "a" * 40)
    )
    assert pipeline is not None
    (job,) = pipeline.jobs.values()
    assert job.content["before_script"][-1] == "docker login"
    assert job.content["tags"] == ["mine"]
    assert job.content["script"] == [
        "helmforge pipeline run --service orders --event push --junit helmforge-junit.xml"
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--ref", "main"), "--child cannot be used with --ref"),
        (("--ci-file", "ci/other.yml"), "there is no ci/other.yml"),
        (("--child", "no/folder/child.yml"), "cannot write no/folder/child.yml"),
    ],
)
def test_a_child_that_cannot_be_written_is_an_error(
    tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    repo = adopted(tmp_path)
    ran = run_helmforge(repo.root, repo.environment, "pipeline", "plan", "--child", "child.yml", *arguments)
    assert (ran.code, why in ran.err) == (2, True), ran.err


def test_helmforge_comes_from_the_index_and_leaves_nothing_in_the_work_tree(tmp_path: Path) -> None:
    """The lines before the script, with a Python that only notes what it is asked for."""
    job = parse(rendered(CiSystem.GITLAB, settings_of()))[".helmforge-own"]
    project, programs = tmp_path / "project", tmp_path / "bin"
    (project / ".helmforge-pip" / "wheels").mkdir(parents=True)
    programs.mkdir()
    install(programs / "python3", 'mkdir -p "$3/bin" && cp "$0" "$3/bin/pip" && cp "$0" "$3/bin/helmforge"')
    cache = job["variables"]["PIP_CACHE_DIR"].replace("$CI_PROJECT_DIR", str(project))
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "CI_PROJECT_DIR": str(project),
        "PIP_CACHE_DIR": cache,
    }
    before = "\n".join([*job["before_script"], 'ls -A; ls "$PIP_CACHE_DIR"'])
    assert bash(before, project, environment).split("\n")[-1:] == ["wheels"]
    installed = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert installed[1].endswith(job["before_script"][-2].removeprefix("pip "))
    bash("\n".join(job["after_script"]), project, environment)
    assert [path.name for path in project.iterdir()] == job["cache"]["paths"]


def install(program: Path, command: str) -> None:
    asked = program.parents[1] / "asked"
    program.write_text(
        f'#!/bin/sh\necho "$@" >>{asked}\nif [ "$2" = venv ]; then {command}; fi\n', encoding="utf-8"
    )
    program.chmod(0o755)


def bash(script: str, folder: Path, environment: dict[str, str]) -> str:
    argv = ["bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def adopted(folder: Path) -> Monorepo:
    """A repository with one service and the generated file."""
    settings = "registry: r.example.com\nenvironments: {qa: {cluster: {context: dev}, deploy: on-release}}\n"
    repo = Monorepo(folder, {"helmforge.yaml": settings, "services/orders/service.yaml": ""})
    repo.push("main")
    written = run_helmforge(repo.root, repo.environment, "pipeline", "generate", "gitlab")
    assert written.code == 0, written.err
    return repo
