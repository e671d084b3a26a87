"""What tests run in place of `python -m helmforge` (tests/support/commands.py) is the same for a user."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.commands import fork_server, run_helmforge, start_helmforge
from tests.support.repositories import Monorepo

CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
"""
COMMANDS = [
    ("--version",),
    ("--help",),
    ("services",),
    ("services", "--sinec", "main"),
    ("scaffold", "shop", "-o", "json"),
    ("pipeline", "plan", "-o", "json"),
    ("pipeline", "generate", "github", "--check"),
    ("release", "cut", "nobody", "1.0.0"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path, {"helmforge.yaml": CONFIG, "services/shop/service.yaml": ""})


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_forked_command_says_and_does_what_a_new_process_does(
    repository: Monorepo, arguments: tuple[str, ...]
) -> None:
    both = []
    for run in (run_helmforge, start_helmforge):
        ran = run(repository.root, repository.environment | {"CI": "", "COLUMNS": "100"}, *arguments)
        both.append((ran, repository.git("status", "--porcelain", "--untracked-files=all")))
        repository.git("clean", "--quiet", "--force", "-d")
    assert both[0] == both[1]
    assert both[0][0].out + both[0][0].err


def test_no_command_sees_what_another_was_given(repository: Monorepo, tmp_path: Path) -> None:
    plan = ("pipeline", "plan")
    ci = {"JENKINS_URL": "https://ci.example", "BRANCH_NAME": "wip"}
    before = (os.environ.copy(), Path.cwd())
    assert "'wip'" in run_helmforge(repository.root, repository.environment | ci, *plan).out
    assert "wip" not in run_helmforge(repository.root, repository.environment, *plan).out
    assert "not a Git repository" in run_helmforge(tmp_path, repository.environment, *plan).err
    assert (os.environ.copy(), Path.cwd()) == before


def test_a_command_sees_only_what_it_was_given(repository: Monorepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JENKINS_URL", "https://ci.example")
    monkeypatch.setenv("BRANCH_NAME", "wip")
    fork_server.cache_clear()
    assert "wip" not in run_helmforge(repository.root, repository.environment, "pipeline", "plan").out


def test_one_that_hangs_is_ended(repository: Monorepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.commands.SECONDS", 1)
    git = repository.folder / "bin/git"
    git.parent.mkdir()
    git.write_text("#!/bin/sh\nexec sleep 10\n", encoding="utf-8")
    git.chmod(0o755)
    slow = repository.environment | {"PATH": f"{git.parent}{os.pathsep}{repository.environment['PATH']}"}
    assert run_helmforge(repository.root, slow, "services").code == -signal.SIGALRM
    assert run_helmforge(repository.root, repository.environment, "services").out == "shop\n"
