"""Asking the remote and fetching from it, with a real bare repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from helmforge.errors import StepError, UsageError
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.ports import Git

pytestmark = pytest.mark.integration


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path)


@pytest.fixture
def git(monorepo: Monorepo) -> Git:
    return opened(monorepo)


def test_refs_are_asked_for_by_name_and_by_prefix(monorepo: Monorepo, git: Git) -> None:
    second = monorepo.commit("second")
    monorepo.push("release/shop/1.0.0")
    monorepo.push("other/refs/heads/main")
    monorepo.git("tag", "-a", "-m", "x", "shop/1.0.0")
    monorepo.git("tag", "shop/light")
    monorepo.git("push", "--quiet", "--tags", "origin")
    assert git.remote_refs("refs/heads/main") == {"refs/heads/main": monorepo.first}
    assert git.remote_refs("refs/heads/release/*") == {"refs/heads/release/shop/1.0.0": second}
    assert git.remote_refs("refs/tags/shop/1.0.0") == {"refs/tags/shop/1.0.0": second}
    assert git.remote_refs("refs/tags/shop/*", "refs/heads/main") == {
        "refs/heads/main": monorepo.first,
        "refs/tags/shop/1.0.0": second,
        "refs/tags/shop/light": second,
    }
    assert git.remote_refs("refs/heads/none", "refs/tags/sho") == {}
    assert len(git.remote_refs()) == 5


@pytest.mark.parametrize(
    "pattern", ["main", "--upload-pack=id", "refs/heads/[a]*", "refs/heads/*/x", "refs/a b"]
)
def test_patterns_are_ref_names(git: Git, pattern: str) -> None:
    with pytest.raises(UsageError, match="not a ref name"):
        git.remote_refs(pattern)


def test_the_remote_is_asked_and_not_the_clone(monorepo: Monorepo, git: Git) -> None:
    other = monorepo.clone("other")
    oid = other.commit("by somebody else")
    other.push("main")
    assert git.remote_refs("refs/heads/main") == {"refs/heads/main": oid}
    assert git.commit(oid) is None


def test_the_default_branch(monorepo: Monorepo, git: Git) -> None:
    assert git.default_branch() == "main"
    monorepo.push("trunk")
    monorepo.git("--git-dir", str(monorepo.remote), "symbolic-ref", "HEAD", "refs/heads/trunk")
    assert git.default_branch() == "trunk"
    monorepo.git("--git-dir", str(monorepo.remote), "symbolic-ref", "HEAD", "refs/heads/none")
    assert git.default_branch() is None


def test_fetch_brings_branches_and_tags(monorepo: Monorepo) -> None:
    clone = monorepo.clone("other", "--no-tags", "--single-branch")
    oid = monorepo.commit("second")
    monorepo.push("release/shop/1.0.0")
    opened(monorepo).create_tag("shop/1.0.0", oid, "claim")
    git = opened(clone)
    git.fetch("refs/heads/release/shop/1.0.0", "refs/tags/shop/1.0.0")
    for name in ("refs/remotes/origin/release/shop/1.0.0", "refs/tags/shop/1.0.0"):
        commit = git.commit(name)
        assert commit is not None
        assert commit.oid == oid
    git.fetch()


def test_fetch_replaces_a_tag_that_was_moved(monorepo: Monorepo, git: Git) -> None:
    monorepo.git("tag", "moved")
    oid = monorepo.commit("second")
    monorepo.git("push", "--quiet", "origin", f"{oid}:refs/tags/moved")
    git.fetch("refs/tags/moved")
    assert monorepo.git("rev-parse", "moved") == oid


def test_fetch_of_what_is_not_there(git: Git) -> None:
    with pytest.raises(StepError, match="has no 'refs/heads/none'"):
        git.fetch("refs/heads/none")
    with pytest.raises(UsageError, match="neither a branch nor a tag"):
        git.fetch("refs/pull/1/head")


def test_another_remote_by_name(monorepo: Monorepo) -> None:
    monorepo.git("remote", "rename", "origin", "upstream")
    git = GitRepository.discover(monorepo.root, Runner(monorepo.environment), "upstream")
    git.create_branch("release/shop/1.0.0", monorepo.first)
    git.fetch("refs/heads/release/shop/1.0.0")
    assert git.remote == "upstream"
    assert git.commit("refs/remotes/upstream/release/shop/1.0.0") is not None
