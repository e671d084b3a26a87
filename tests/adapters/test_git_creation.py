"""Creating refs by compare-and-swap, on a real bare repository."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from helmforge.domain.git import RefExistsError
from helmforge.errors import HelmforgeError, UnreachableError, UsageError
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from helmforge.adapters.process import Completed
    from helmforge.flows.ports import Git
    from tests.support.repositories import Clone

pytestmark = pytest.mark.integration

WRITERS = 20
HOSTILE = [
    "release/$(touch${IFS}pwned)",
    "a`id`",
    "x;id",
    "x|id",
    "it's",
    'say"hi"',
    "release/-x/1.0.0",
    "--mirror",
    "größe",
]


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path)


@pytest.fixture
def git(monorepo: Monorepo) -> Git:
    return opened(monorepo)


def local_refs(clone: Clone) -> str:
    return clone.git("for-each-ref")


def hook(monorepo: Monorepo, name: str, script: str) -> None:
    place = monorepo.remote / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


def race(writers: list[Callable[[], None]]) -> list[HelmforgeError | None]:
    """Runs all at once; None for those that won."""

    def outcome(write: Callable[[], None]) -> HelmforgeError | None:
        try:
            write()
        except HelmforgeError as error:
            return error
        return None

    with ThreadPoolExecutor(len(writers)) as pool:
        return list(pool.map(outcome, writers))


def test_a_branch_is_created_once(monorepo: Monorepo, git: Git) -> None:
    second = monorepo.commit("second")
    git.create_branch("release/shop/1.0.0", monorepo.first)
    for commit in (monorepo.first, second):
        with pytest.raises(RefExistsError) as caught:
            git.create_branch("release/shop/1.0.0", commit)
        assert caught.value.oid == monorepo.first
        assert caught.value.ref == "refs/heads/release/shop/1.0.0"
    assert monorepo.remote_refs()["refs/heads/release/shop/1.0.0"] == monorepo.first


@pytest.mark.parametrize("name", HOSTILE)
def test_names_reach_the_remote_literally(monorepo: Monorepo, git: Git, name: str) -> None:
    git.create_branch(name, monorepo.first)
    git.create_tag(name, monorepo.first, "x")
    assert git.remote_refs(f"refs/heads/{name}") == {f"refs/heads/{name}": monorepo.first}
    assert [tag.name for tag in git.tags(name)] == [name]
    git.fetch(f"refs/heads/{name}", f"refs/tags/{name}")
    assert git.commit(f"refs/tags/{name}") is not None
    assert not (monorepo.root / "pwned").exists()


@pytest.mark.parametrize(
    "name", ["", "a..b", "a b", "a\nb", "a:b", "a^{}", "x.lock", "a//b", "a\\b", "é\x7f", "@{1}"]
)
def test_names_that_no_ref_can_have(monorepo: Monorepo, git: Git, name: str) -> None:
    with pytest.raises(UsageError, match="not a ref name"):
        git.create_branch(name, monorepo.first)
    with pytest.raises(UsageError, match="not a ref name"):
        git.create_tag(name, monorepo.first, "x")


@pytest.mark.parametrize("commit", ["HEAD", "0" * 40, "--all", "", "main"])
def test_only_a_commit_id_becomes_a_branch(git: Git, commit: str) -> None:
    with pytest.raises(UsageError, match="not a commit id"):
        git.create_branch("x", commit)


def test_a_commit_that_is_not_here_becomes_nothing(git: Git) -> None:
    with pytest.raises(UsageError, match="not in this clone"):
        git.create_tag("x", "1" * 40, "x")


def test_a_tag_is_created_once(monorepo: Monorepo, git: Git) -> None:
    second = monorepo.commit("second")
    git.create_tag("shop/1.0.0", monorepo.first, "mine")
    with pytest.raises(RefExistsError) as caught:
        git.create_tag("shop/1.0.0", second, "no, mine")
    assert caught.value.oid == monorepo.first, "the peeled commit, not the tag object"
    assert [tag.message for tag in git.tags("shop/1.0.0")] == ["mine"]
    assert "refs/tags/" not in local_refs(monorepo)


def test_a_tag_is_replaced_only_as_it_was_read(monorepo: Monorepo, git: Git) -> None:
    git.create_tag("shop/1.0.0", monorepo.first, "one")
    (read,) = git.tags("shop/1.0.0")
    git.create_tag("shop/1.0.0", monorepo.first, "two", replaces=read.oid)
    with pytest.raises(RefExistsError):
        git.create_tag("shop/1.0.0", monorepo.first, "three", replaces=read.oid)
    assert [tag.message for tag in git.tags("shop/1.0.0")] == ["two"]


def test_a_tag_that_is_gone_is_not_replaced(monorepo: Monorepo, git: Git) -> None:
    git.create_tag("shop/1.0.0", monorepo.first, "one")
    (read,) = git.tags("shop/1.0.0")
    monorepo.git("push", "--quiet", "--delete", "origin", "refs/tags/shop/1.0.0")
    with pytest.raises(RefExistsError) as caught:
        git.create_tag("shop/1.0.0", monorepo.first, "two", replaces=read.oid)
    assert caught.value.oid == ""


def test_a_ref_that_vanishes_after_the_refusal_was_taken_all_the_same(monorepo: Monorepo) -> None:
    class Vanishing(Runner):
        def run(self, argv: Sequence[str], **options: Any) -> Completed:
            completed = super().run(argv, **options)
            if "push" in argv:
                monorepo.git("push", "--quiet", "--delete", "origin", "refs/heads/release/shop/1.0.0")
            return completed

    monorepo.push("release/shop/1.0.0")
    git = GitRepository.discover(monorepo.root, Vanishing(monorepo.environment))
    with pytest.raises(RefExistsError) as caught:
        git.create_branch("release/shop/1.0.0", monorepo.commit("second"))
    assert caught.value.oid == ""


def test_of_many_writers_of_a_tag_one_wins(monorepo: Monorepo, git: Git) -> None:
    oids = [monorepo.commit(str(number)) for number in range(WRITERS)]
    monorepo.push("main")

    def writer(oid: str) -> Callable[[], None]:
        return lambda: git.create_tag("shop/1.0.0", oid, f"for {oid}")

    outcomes = race([writer(oid) for oid in oids])
    assert outcomes.count(None) == 1
    winner = oids[outcomes.index(None)]
    assert [tag.target for tag in git.tags("shop/1.0.0")] == [winner]
    lost = [error for error in outcomes if error is not None]
    assert all(isinstance(error, RefExistsError) and error.oid == winner for error in lost), lost


def test_of_many_writers_of_the_same_object_one_wins(monorepo: Monorepo) -> None:
    """Same identity, second and message: git itself calls the second push up to date."""
    git = opened(monorepo, GIT_COMMITTER_DATE="1790000000 +0000")
    tags = race([lambda: git.create_tag("shop/1.0.0", monorepo.first, "claim")] * WRITERS)
    branches = race([lambda: git.create_branch("release/shop/1.0.0", monorepo.first)] * WRITERS)
    assert tags.count(None) == 1
    assert branches.count(None) == 1
    assert all(isinstance(error, RefExistsError) for error in [*tags, *branches] if error is not None)


def test_a_hook_that_says_no_is_quoted(monorepo: Monorepo, git: Git) -> None:
    hook(monorepo, "pre-receive", "echo 'no releases on Friday' >&2; exit 1")
    with pytest.raises(HelmforgeError, match=r"declined 'refs/heads/release/shop/1\.0\.0'") as caught:
        git.create_branch("release/shop/1.0.0", monorepo.first)
    assert "no releases on Friday" in caught.value.why
    assert "hook declined" in caught.value.why
    assert not isinstance(caught.value, RefExistsError | UnreachableError)
    with pytest.raises(HelmforgeError, match="declined"):
        git.create_tag("shop/1.0.0", monorepo.first, "claim")
    assert "refs/tags/" not in local_refs(monorepo)
    assert list(monorepo.remote_refs()) == ["refs/heads/main"]


def test_a_protected_tag_is_declined_and_not_taken(monorepo: Monorepo, git: Git) -> None:
    git.create_tag("shop/1.0.0", monorepo.first, "one")
    (read,) = git.tags("shop/1.0.0")
    hook(monorepo, "update", "exit 1")
    with pytest.raises(HelmforgeError, match="declined") as caught:
        git.create_tag("shop/1.0.0", monorepo.first, "two", replaces=read.oid)
    assert not isinstance(caught.value, RefExistsError)


def test_a_name_below_an_existing_branch_is_declined(monorepo: Monorepo, git: Git) -> None:
    monorepo.push("release")
    with pytest.raises(HelmforgeError, match="declined") as caught:
        git.create_branch("release/shop/1.0.0", monorepo.first)
    assert "'refs/heads/release' exists" in caught.value.why


def test_a_remote_that_dies_in_the_middle_is_unreachable(monorepo: Monorepo, git: Git) -> None:
    hook(monorepo, "pre-receive", "kill -9 $PPID")
    with pytest.raises(UnreachableError):
        git.create_branch("release/shop/1.0.0", monorepo.first)


def test_other_tags_are_not_pushed_along(monorepo: Monorepo, git: Git) -> None:
    monorepo.git("config", "push.followTags", "true")
    monorepo.git("tag", "-a", "-m", "private", "private")
    git.create_branch("release/shop/1.0.0", monorepo.first)
    assert sorted(monorepo.remote_refs()) == ["refs/heads/main", "refs/heads/release/shop/1.0.0"]
