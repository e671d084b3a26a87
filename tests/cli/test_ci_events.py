"""`pipeline plan` in the checkouts that a CI makes: pull requests, forks, tags, queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.ci import helmforge, open_pull_request, planned
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.ci import PullRequest

pytestmark = pytest.mark.integration

CONFIG = """\
registry: myrepo.cr.io
branches: {feature: ["feature/**"], ignore: ["feature/experimental/**"]}
scan: {command: trivy, delta: true}
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  edge: {cluster: {context: dev}, namespace: edge, deploy: on-trunk}
"""
PUBLISHING = {"claim", "push-image", "attest", "push-chart", "deploy"}


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    services = {f"services/{name}/service.yaml": "" for name in ("cart", "shop")}
    made = Monorepo(tmp_path, {"helmforge.yaml": CONFIG, **services})
    for number in range(3):
        made.write({"services/cart/main.c": str(number)})
        made.commit(str(number))
    made.push("main")
    return made


def request(repository: Monorepo, branch: str = "feature/x") -> PullRequest:
    repository.branch("work")
    for number in range(3):
        repository.write({"services/shop/main.c": str(number)})
        repository.commit(str(number))
    repository.checkout("main")
    repository.write({"services/cart/main.c": "meanwhile"})
    repository.commit("meanwhile")
    repository.push("main")
    repository.checkout("work")
    return open_pull_request(repository, branch)


def test_a_whole_checkout_of_a_pull_request(repository: Monorepo, tmp_path: Path) -> None:
    made = request(repository)
    document = planned(made.checkout("ci", 0), **made.variables(tmp_path))
    assert (document["flow"], document["services"], document["fork"]) == ("pull-request", ["shop"], False)
    assert document["withheld"] == []


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_checkout_of_a_pull_request_is_refused_or_deepened(
    repository: Monorepo, tmp_path: Path, depth: int
) -> None:
    made = request(repository)
    clone, variables = made.checkout("ci", depth), made.variables(tmp_path)
    refused = helmforge(clone, "pipeline", "plan", **variables)
    assert refused.code == 2
    assert "--deepen" in refused.err
    document = planned(clone, "--deepen", **variables)
    assert (document["commit"], document["services"]) == (made.merge, ["shop"])
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"
    assert clone.head() == made.merge


@pytest.mark.parametrize("branch", ["main", "release/cart/1.0.0"])
def test_a_fork_names_its_branches_as_it_likes(repository: Monorepo, tmp_path: Path, branch: str) -> None:
    made = request(repository, branch)
    clone, variables = made.checkout("ci", 0), made.variables(tmp_path, fork=True)
    document = planned(clone, **variables)
    assert (document["flow"], document["fork"], document["branch"]) == ("pull-request", True, branch)
    assert not PUBLISHING & {step["verb"] for step in document["steps"]}
    for flags in (("--event", "push"), ("--ref", branch)):
        ran = helmforge(clone, "pipeline", "plan", *flags, **variables)
        assert (ran.code, ran.out) == (3, ""), flags
        assert "a pull request from a fork is never a push" in ran.err


def test_the_plan_of_a_fork_says_what_is_not_tried_and_why(repository: Monorepo, tmp_path: Path) -> None:
    made = request(repository)
    variables = made.variables(tmp_path, fork=True)
    clone = made.checkout("ci", 0)
    flags = ("--event", "pull_request", "--ref", "feature/x")
    assert planned(clone, *flags, **variables)["fork"] is True
    text = helmforge(clone, "pipeline", "plan", **variables).out
    assert "note: a pull request from a fork has no secrets: nothing is pushed and nothing deployed\n" in text
    assert "the scan does not ask what production has, every finding counts\n" in text


def test_a_pull_request_of_the_same_repository_may_be_taken_as_a_push(
    repository: Monorepo, tmp_path: Path
) -> None:
    made = request(repository)
    clone, variables = made.checkout("ci", 0), made.variables(tmp_path)
    assert planned(clone, "--event", "push", **variables)["flow"] == "feature"


def test_a_merge_queue_looks_at_what_it_wants_to_merge(repository: Monorepo, tmp_path: Path) -> None:
    made = request(repository)
    file = tmp_path / "queue.json"
    file.write_text(json.dumps({"merge_group": {"base_ref": "refs/heads/main"}}), encoding="utf-8")
    queue = made.variables(tmp_path) | {
        "GITHUB_EVENT_NAME": "merge_group",
        "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-x",
        "GITHUB_HEAD_REF": "",
        "GITHUB_BASE_REF": "",
        "GITHUB_EVENT_PATH": str(file),
    }
    document = planned(made.checkout("ci", 0), **queue)
    assert (document["flow"], document["services"]) == ("pull-request", ["shop"])
    assert not PUBLISHING & {step["verb"] for step in document["steps"]}


def test_a_pipeline_of_a_tag_has_nothing_to_do(repository: Monorepo) -> None:
    """Those that helmforge pushes by itself start pipelines in some CIs: they stay green."""
    tag = "approvals/prod/cart/1.0.0/ada@example.com"
    ci = {"JENKINS_URL": "x", "TAG_NAME": tag, "BRANCH_NAME": tag, "GIT_COMMIT": repository.head()}
    ran = helmforge(repository, "pipeline", "run", **ci)
    why = f"'refs/tags/{tag}' is a tag: only branches and pull requests mean something"
    assert (ran.code, ran.out, ran.err) == (0, f"nothing to do: {why}\n", "")
    ran = helmforge(repository, "pipeline", "plan", **ci)
    assert f"nothing to do: {why}\n" in ran.out
    outputs = helmforge(repository, "pipeline", "plan", "-o", "github", **ci).out
    assert "affected=false\nflow=ignored\n" in outputs


def test_the_deletion_of_a_release_branch_has_nothing_to_do(repository: Monorepo, tmp_path: Path) -> None:
    file = tmp_path / "deleted.json"
    file.write_text(json.dumps({"deleted": True, "after": "0" * 40}), encoding="utf-8")
    ci = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/heads/release/cart/1.0.0",
        "GITHUB_SHA": "0" * 40,
        "GITHUB_EVENT_PATH": str(file),
    }
    document = planned(repository, **ci)
    assert (document["flow"], document["steps"]) == ("ignored", [])
    assert document["why"] == "'release/cart/1.0.0' was deleted"


def test_a_branch_that_is_a_feature_and_ignored_is_ignored(repository: Monorepo) -> None:
    document = planned(repository, "--ref", "feature/experimental/x")
    assert (document["flow"], document["why"]) == (
        "ignored",
        "'feature/experimental/x' matches `branches.ignore`",
    )


def test_the_name_of_a_branch_is_never_a_command(repository: Monorepo, tmp_path: Path) -> None:
    branch = (
        "feature/a\n::error::b\r::set-output name=flow::release\n${{ secrets.TOKEN }}$(touch x)\x1b[31mred"
    )
    made = request(repository)
    variables = made.variables(tmp_path) | {"GITHUB_HEAD_REF": branch}
    clone = made.checkout("ci", 0)
    assert planned(clone, **variables)["branch"] == branch
    for output in ("text", "github"):
        ran = helmforge(clone, "pipeline", "plan", "-o", output, **variables)
        assert ran.code == 0, ran.err
        assert not [line for line in (ran.out + ran.err).splitlines() if line.startswith("::")]
        assert "\x1b" not in ran.out + ran.err
    assert "secrets" not in helmforge(clone, "pipeline", "plan", "-o", "github", **variables).out
