"""Finding the repository, who works in it, and its commits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from helmforge.domain.git import Person
from helmforge.errors import UsageError
from tests.support.repositories import Monorepo, isolated_environment, opened

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.integration

UNKNOWN = "1" * 40


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path)


def test_is_found_from_any_folder(monorepo: Monorepo) -> None:
    monorepo.write({"services/shop/src/main.py": ""})
    found = GitRepository.discover(monorepo.root / "services/shop/src", Runner(monorepo.environment))
    assert found.root == monorepo.root
    assert found.remote == "origin"


def test_a_folder_outside_of_any_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a Git repository") as caught:
        GitRepository.discover(tmp_path, Runner(isolated_environment(tmp_path / "home")))
    assert "git init" in caught.value.hint


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        GitRepository.discover(tmp_path / "gone", Runner(isolated_environment(tmp_path / "home")))


@pytest.mark.parametrize("folder", ["remote.git", "work/.git"])
def test_a_bare_repository_is_refused(monorepo: Monorepo, folder: str) -> None:
    with pytest.raises(UsageError, match="bare repository"):
        GitRepository.discover(monorepo.folder / folder, Runner(monorepo.environment))


def test_object_ids_of_sha256_are_refused(monorepo: Monorepo) -> None:
    monorepo.git("init", "--quiet", "--object-format=sha256", str(monorepo.folder / "new"))
    with pytest.raises(UsageError, match="sha256"):
        GitRepository.discover(monorepo.folder / "new", Runner(monorepo.environment))


def test_a_linked_worktree_is_a_repository_of_its_own(monorepo: Monorepo) -> None:
    monorepo.git("worktree", "add", "--quiet", "-b", "side", str(monorepo.folder / "side"))
    side = GitRepository.discover(monorepo.folder / "side", Runner(monorepo.environment))
    assert side.root == monorepo.folder / "side"
    assert side.branch() == "side"
    assert not side.is_shallow()


def test_variables_of_a_surrounding_hook_do_not_redirect(monorepo: Monorepo, tmp_path: Path) -> None:
    other = Monorepo(tmp_path / "other")
    astray = {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_INDEX_FILE": str(tmp_path / "no-index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "no-objects"),
        "GIT_COMMIT": UNKNOWN,
    }
    monorepo.write({"new": ""})
    found = opened(monorepo, **astray)
    assert found.root == monorepo.root
    assert found.dirty_paths("") == ("new",)
    assert found.commit("HEAD") is not None


def test_identity_comes_from_the_configuration_and_the_environment(monorepo: Monorepo) -> None:
    assert opened(monorepo).identity() == Person("Ada", "ada@example.com")
    other = {"GIT_COMMITTER_NAME": "Grace H", "GIT_COMMITTER_EMAIL": "g@example.com"}
    assert opened(monorepo, **other).identity() == Person("Grace H", "g@example.com")


@pytest.mark.parametrize("half", [{}, {"GIT_COMMITTER_EMAIL": "ada@example.com"}])
def test_nobody_is_not_an_identity(monorepo: Monorepo, half: dict[str, str]) -> None:
    """Git would take the name of the account that a build runs under."""
    nobody = isolated_environment(monorepo.folder / "nobody", name="", email="")
    with pytest.raises(UsageError, match="who you are") as caught:
        opened(monorepo, **nobody, **half).identity()
    assert "user.email" in caught.value.hint


@pytest.mark.parametrize(
    ("configured", "shown"),
    [
        ("https://ada:s3cret@git.example.com/shop.git", "https://git.example.com/shop.git"),
        ("https://x-access-token@git.example.com:8443/shop?t=s3cret", "https://git.example.com:8443/shop"),
        ("ssh://git:s3cret@git.example.com:2222/shop.git", "ssh://git@git.example.com:2222/shop.git"),
        ("git@git.example.com:acme/shop.git", "git@git.example.com:acme/shop.git"),
        ("../remote.git", "../remote.git"),
    ],
)
def test_the_address_of_the_remote_has_no_credentials(
    monorepo: Monorepo, configured: str, shown: str
) -> None:
    monorepo.git("remote", "set-url", "origin", configured)
    assert opened(monorepo).remote_url() == shown


def test_a_missing_remote(monorepo: Monorepo) -> None:
    monorepo.git("remote", "remove", "origin")
    with pytest.raises(UsageError, match="no Git remote 'origin'"):
        opened(monorepo).remote_url()
    with pytest.raises(UsageError, match="no Git remote 'origin'"):
        opened(monorepo).remote_refs("refs/heads/*")


@pytest.mark.parametrize("name", ["ext::sh -c id", "--upload-pack=id", "../other", "https://x/y", "-x", ""])
def test_a_remote_is_a_name_and_nothing_else(monorepo: Monorepo, name: str) -> None:
    with pytest.raises(UsageError, match="not the name of a Git remote"):
        GitRepository.discover(monorepo.root, Runner(monorepo.environment), name)


def test_the_branch_that_is_checked_out(monorepo: Monorepo) -> None:
    assert opened(monorepo).branch() == "main"
    monorepo.git("checkout", "--quiet", "--detach")
    assert opened(monorepo).branch() is None


def test_a_commit_by_every_kind_of_name(monorepo: Monorepo) -> None:
    oid = monorepo.commit("Größe: the subject\n\nand a body")
    monorepo.git("tag", "-a", "-m", "x", "v1")
    git = opened(monorepo)
    for name in (oid, "HEAD", "refs/heads/main", "refs/tags/v1"):
        commit = git.commit(name)
        assert commit is not None
        assert commit.oid == oid
        assert commit.subject == "Größe: the subject"
        assert commit.author == commit.committer == Person("Ada", "ada@example.com")
        assert commit.time == datetime(2026, 9, 21, 14, 13, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        UNKNOWN,
        "0" * 40,
        "refs/heads/none",
        "main",
        "HEAD~1",
        "HEAD^{tree}",
        "--all",
        "refs/heads/a..b",
        ":/x",
        "",
    ],
)
def test_a_name_without_a_commit(monorepo: Monorepo, name: str) -> None:
    assert opened(monorepo).commit(name) is None


@pytest.mark.parametrize(
    "expression", ["main~1", "HEAD^", "@~", "v1^{commit}", "main@{1}", "HEAD^{/first}", "@{u}", "größe"]
)
def test_expressions_of_git_name_commits(monorepo: Monorepo, expression: str) -> None:
    monorepo.git("tag", "v1")
    monorepo.git("branch", "größe")
    monorepo.git("branch", "--set-upstream-to=origin/main")
    monorepo.commit("second")
    found = opened(monorepo).find_commit(expression)
    assert found is not None
    assert found.oid == monorepo.first
    short = opened(monorepo).find_commit(monorepo.first[:8])
    assert short == found


@pytest.mark.parametrize(
    "expression",
    ["", "--all", "-x", "^main", "main..HEAD", ":/first", "HEAD:README.md", "main ~1", "@^{tree}", "main~9"],
)
def test_what_names_no_commit(monorepo: Monorepo, expression: str) -> None:
    assert opened(monorepo).find_commit(expression) is None


def test_a_commit_in_an_encoding_nobody_knows(monorepo: Monorepo) -> None:
    monorepo.git("-c", "i18n.commitEncoding=bogus", "commit", "--allow-empty", "--quiet", "-m", "plain")
    commit = opened(monorepo).commit("HEAD")
    assert commit is not None
    assert commit.subject == "plain"


def test_the_first_commit_is_still_to_come(monorepo: Monorepo) -> None:
    monorepo.git("init", "--quiet", str(monorepo.folder / "new"))
    empty = GitRepository.discover(monorepo.folder / "new", Runner(monorepo.environment))
    assert empty.commit("HEAD") is None
    assert empty.branch() == "main"
