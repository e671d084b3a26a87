"""`pipeline plan` as a user types it, in a real repository with a real remote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran

CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    services = {f"services/{name}/service.yaml": "" for name in ("cart", "shop")}
    made = Monorepo(tmp_path, {"helmforge.yaml": CONFIG, **services})
    for name in ("cart", "shop"):
        made.write({f"services/{name}/main.c": name})
        made.commit(name)
    made.push("main")
    made.branch("feature/x")
    return made


def _plan(repository: Monorepo, *arguments: str, **environment: str) -> Ran:
    return run_helmforge(
        repository.root, repository.environment | environment, "pipeline", "plan", *arguments
    )


def _services(repository: Monorepo, *arguments: str) -> list[str]:
    ran = _plan(repository, "-o", "json", *arguments)
    assert ran.code == 0, ran.err
    return [str(name) for name in json.loads(ran.out)["services"]]


def test_an_ignored_branch_says_why(repository: Monorepo) -> None:
    ran = _plan(repository, "--ref", "feature/experimental/x")
    assert ran.code == 0
    assert "nothing to do: 'feature/experimental/x' matches `branches.ignore`\n" in ran.out
    other = _plan(repository, "--ref", "wip", "-o", "json")
    assert json.loads(other.out)["why"] == "'wip' is neither the trunk nor a feature or release branch"
    unaffected = _plan(repository, "--ref", "feature/x")
    assert "nothing to do: no service is affected\n" in unaffected.out


def test_files_that_no_commit_has_are_counted_on_stderr(repository: Monorepo) -> None:
    assert _plan(repository).err == ""
    repository.write({"services/shop/main.c": "changed", "services/cart/new.c": ""})
    ran = _plan(repository)
    assert ran.err == "note: the plan is of commits; 2 files are not committed\n"
    assert "no service is affected" in ran.out
    (repository.root / "services/cart/new.c").unlink()
    assert "; 1 file is not committed\n" in _plan(repository, "-o", "json").err
    assert _plan(repository, "--ref", "feature/x").err == ""
    in_ci = _plan(repository, JENKINS_URL="https://ci.example", BRANCH_NAME="feature/x")
    assert (in_ci.code, in_ci.err) == (0, "")


BASES = {
    "HEAD": [],
    "main": [],
    "main~1": ["shop"],
    "HEAD^^": ["cart", "shop"],
    "v1": ["shop"],
    "origin/main~1": ["shop"],
}


@pytest.mark.parametrize(("base", "services"), BASES.items(), ids=BASES)
def test_the_base_is_whatever_git_understands(repository: Monorepo, base: str, services: list[str]) -> None:
    repository.git("tag", "v1", "HEAD~1")
    assert _services(repository, "--base", base) == services


def test_a_base_of_a_branch_that_is_only_on_the_remote(repository: Monorepo) -> None:
    repository.git("branch", "--delete", "--force", "main")
    assert _services(repository, "--base", "main~1") == ["shop"]


def test_a_branch_as_base_is_that_of_the_remote(repository: Monorepo) -> None:
    repository.git("branch", "--force", "main", "main~2")
    assert _services(repository, "--base", "main") == []


@pytest.mark.parametrize("base", ["--all", "-x", "main..HEAD", "HEAD:README.md", ":/cart", "no~1", "main~99"])
def test_a_base_that_names_no_commit(repository: Monorepo, base: str) -> None:
    ran = _plan(repository, f"--base={base}")
    assert (ran.code, ran.out) == (2, "")
    assert f"--base {base!r} is no commit here" in ran.err
    assert "main~1" in ran.err


def test_a_checkout_of_another_commit_than_the_event_names_is_refused(repository: Monorepo) -> None:
    pushed, earlier = repository.head(), repository.git("rev-parse", "HEAD~1")
    ci = {"JENKINS_URL": "x", "BRANCH_NAME": "feature/x"}
    assert _plan(repository, GIT_COMMIT=pushed, **ci).code == 0
    refused = _plan(repository, GIT_COMMIT=earlier, **ci)
    assert refused.code == 3
    assert "error: the checkout is not the commit that this CI job is for" in refused.err
    assert pushed in refused.err
    assert earlier in refused.err
    assert _plan(repository, "--ref", "feature/x", GIT_COMMIT=earlier, **ci).code == 0


def test_a_merge_that_the_ci_made_of_a_pull_request_is_what_the_event_is_about(repository: Monorepo) -> None:
    repository.write({"services/shop/main.c": "changed"})
    source = repository.commit("changed")
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.write({"services/cart/main.c": "changed"})
    repository.commit("meanwhile")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merged", source)
    ci = {"JENKINS_URL": "x", "CHANGE_ID": "7", "CHANGE_TARGET": "main", "CHANGE_BRANCH": "feature/x"}
    ran = _plan(repository, BRANCH_NAME="PR-7", GIT_COMMIT=source, **ci)
    assert ran.code == 0, ran.err


def test_several_services_in_one_option(repository: Monorepo) -> None:
    assert _services(repository, "--service", "shop,cart") == ["shop", "cart"]
    assert _services(repository, "--service", "cart", "--service", "shop") == ["cart", "shop"]
    unknown = _plan(repository, "--service", "shop,")
    assert (unknown.code, "there is no service ''" in unknown.err) == (2, True)
