"""Repositories and checkouts from which nothing can be told, and CI variables that tell too little."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused
from tests.support.commands import run_helmforge
from tests.support.repositories import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

COMMANDS = [
    ("pipeline", "plan"),
    ("pipeline", "run"),
    ("release", "cut", "notification"),
    ("release", "status"),
    ("release", "approve", "notification", "1.0.0", "--env", "prod"),
    ("release", "promote", "notification", "1.0.0", "--env", "prod"),
    ("release", "rollback", "notification", "--env", "prod"),
]


def clone(scene: Scene, folder: Path, *options: str) -> Clone:
    """A second checkout of the shop, for tests that spoil theirs."""
    scene.shop.repo.git("clone", "--quiet", *options, scene.shop.repo.remote.as_uri(), str(folder))
    return Clone(folder, scene.shop.repo.environment)


@pytest.fixture
def other(scene: Scene, tmp_path: Path) -> Iterator[Clone]:
    made = clone(scene, tmp_path / "other")
    with scene.unchanged():
        yield made


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_not_a_repository(scene: Scene, tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = scene.shop.environment() | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    ran = run_helmforge(tmp_path, environment, *command)
    assert_refused(ran, 2, "not a Git repository", str(tmp_path), "git init")
    assert list(tmp_path.iterdir()) == []


def test_a_bare_repository(scene: Scene) -> None:
    with scene.unchanged():
        ran = run_helmforge(scene.shop.repo.remote, scene.shop.environment(), "pipeline", "plan")
    assert_refused(ran, 2, "bare repository", "clone it")


def test_a_repository_without_a_commit(scene: Scene, tmp_path: Path) -> None:
    empty = Clone(tmp_path, scene.shop.repo.environment)
    empty.git("init", "--quiet", "--template=")
    shutil.copy(scene.shop.repo.root / "helmforge.yaml", tmp_path)
    assert_refused(scene.shop.run("pipeline", "run", at=empty), 2, "there is no commit yet", "git commit")


def test_a_repository_that_was_not_adopted(scene: Scene, other: Clone) -> None:
    other.git("rm", "--quiet", "helmforge.yaml")
    ran = scene.shop.run("pipeline", "plan", at=other)
    assert_refused(ran, 2, "this repository has no helmforge.yaml", "helmforge init")


def test_a_shallow_clone(scene: Scene, tmp_path: Path) -> None:
    scene.shop.change("README.md", "so that there is something to leave out\n")
    shallow = clone(scene, tmp_path / "shallow", "--depth=1")
    shallow.branch("feature/x")
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", at=shallow)
        assert_refused(ran, 2, "shallow", "git fetch --unshallow", "fetch-depth: 0", "--service")
        assert scene.shop.run("pipeline", "plan", "--service", "notification", at=shallow).code == 0


def test_a_detached_head(scene: Scene, other: Clone) -> None:
    other.git("checkout", "--quiet", "--detach")
    ran = scene.shop.run("pipeline", "run", at=other)
    assert_refused(ran, 2, "the head is detached", "--ref BRANCH")


@pytest.mark.parametrize(
    "command", [("pipeline", "run", "--ref", "release/notification/1.0.0"), *COMMANDS[2:3], *COMMANDS[4:]]
)
def test_no_remote(scene: Scene, other: Clone, command: tuple[str, ...]) -> None:
    other.git("remote", "remove", "origin")
    ran = scene.shop.run(*command, at=other)
    assert_refused(ran, 2, "there is no Git remote 'origin'", "git remote add origin URL", "`remote:`")


def test_a_remote_that_does_not_exist(scene: Scene, other: Clone, tmp_path: Path) -> None:
    other.git("remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    ran = scene.shop.run("release", "cut", "notification", at=other)
    assert_refused(ran, 4, "is not a repository", "nowhere.git", "git remote -v")
    ran = scene.shop.run("release", "promote", "notification", "1.0.0", "--env", "prod", at=other)
    assert_refused(ran, 4, "is not a repository", "nowhere.git", "the folder is there")


def test_a_remote_that_does_not_answer(scene: Scene, other: Clone) -> None:
    other.git("remote", "set-url", "origin", "http://127.0.0.1:1/shop.git")
    ran = scene.shop.run("release", "cut", "notification", at=other)
    assert_refused(ran, 4, "cannot be reached", "http://127.0.0.1:1/shop.git", "check the network")


def test_a_release_branch_that_is_only_here(scene: Scene, other: Clone) -> None:
    other.branch("release/notification/1.0.0")
    ran = scene.shop.run("pipeline", "run", at=other)
    assert_refused(ran, 2, "is not on origin", "release cut notification", "push the branch")


@pytest.mark.parametrize(
    "command",
    [
        ("pipeline", "run", "--ref", "release/notifcation/1.0.0"),
        ("pipeline", "run", "--ref", "feature/x", "--service", "notifcation"),
        ("release", "cut", "notifcation"),
        ("release", "status", "notifcation"),
        ("release", "approve", "notifcation", "1.0.0", "--env", "prod"),
        ("release", "promote", "notifcation", "1.0.0", "--env", "prod"),
        ("release", "rollback", "notifcation", "--env", "prod"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_an_unknown_service(scene: Scene, command: tuple[str, ...]) -> None:
    with scene.unchanged():
        ran = scene.shop.run(*command)
    assert_refused(ran, 2, "there is no service 'notifcation'", "did you mean 'notification'?")


@pytest.mark.parametrize("command", ["approve", "promote"])
def test_an_environment_that_nothing_is_promoted_to(scene: Scene, command: str) -> None:
    with scene.unchanged():
        ran = scene.shop.run("release", command, "notification", "1.0.0", "--env", "qa")
    assert_refused(ran, 2, "qa needs no approval", "release cut SERVICE", "promoted to: prod")


def test_an_unknown_environment(scene: Scene) -> None:
    with scene.unchanged():
        ran = scene.shop.run("release", "promote", "notification", "1.0.0", "--env", "prud")
    assert_refused(ran, 2, "there is no environment 'prud'", "did you mean 'prod'?")


def test_a_base_that_is_no_commit(scene: Scene) -> None:
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", "feature/x", "--base", "--upload-pack=touch canary")
    assert_refused(ran, 2, "is no commit here", "git fetch")


GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/feature/x"}


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        (
            {"GITHUB_EVENT_PATH": "/nowhere/event.json"},
            ("event file", "/nowhere/event.json", "cannot be read"),
        ),
        ({"GITHUB_EVENT_PATH": "/dev/null"}, ("event file", "it is not a regular file")),
        ({}, ("GITHUB_EVENT_PATH", "it is not set")),
        ({"GITHUB_SHA": "$(id)"}, ("is not a commit id", "GITHUB_SHA")),
        ({"GITHUB_REF": "refs/pull/7/merge"}, ("not a branch or pull request event",)),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, ("secrets of the trunk", "on: pull_request")),
        ({"GITHUB_EVENT_NAME": "schedule"}, ("not a branch or pull request event", "schedule")),
        ({"GITHUB_EVENT_NAME": "pull_request"}, ("GITHUB_HEAD_REF", "it is not set")),
    ],
)
def test_variables_of_a_ci_that_tell_too_little(
    scene: Scene, variables: dict[str, str], parts: tuple[str, ...]
) -> None:
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", email="", at=None, **{**GITHUB, **variables})
    assert_refused(ran, 2, *parts)
