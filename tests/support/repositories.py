"""Real repositories for tests: a bare remote and a clone of it, isolated from the user's Git settings."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FIRST_SECOND = 1_790_000_000  # 2026-09-21, a fixed past: one second more with each commit


def isolated_environment(home: Path, *, name: str = "Ada", email: str = "ada@example.com") -> dict[str, str]:
    """The environment for git and for a Runner: nothing of the machine's own Git settings is seen.

    `name` and `email` are the identity; empty ones leave Git without any.
    """
    home.mkdir(parents=True, exist_ok=True)
    config = home / "gitconfig"
    lines = ["[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"]
    if name:
        lines.append(f"[user]\n\tname = {name}\n\temail = {email}\n")
    config.write_text("".join(lines), encoding="utf-8")
    # Also not which CI runs these tests, and for which branch
    foreign = ("GIT_", "EMAIL", "GITHUB_", "GITLAB_", "JENKINS_", "TF_BUILD")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    return inherited | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }


class Clone:
    """A work tree. All paths are relative to its root."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self.environment = dict(environment)
        self._commits = 0

    def git(self, *args: str, stdin: str = "") -> str:
        """Standard output without the last newline. Raises CalledProcessError."""
        command = [str(require_tool("git")), *args]
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.removesuffix("\n")

    def write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def commit(self, message: str = "change") -> str:
        """Commits everything as it stands, also nothing; returns the commit's id."""
        self._commits += 1
        when = f"{_FIRST_SECOND + self._commits} +0000"
        dated = self.environment | {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        plain, self.environment = self.environment, dated
        try:
            self.git("add", "--all")
            self.git("commit", "--quiet", "--allow-empty", "--message", message)
        finally:
            self.environment = plain
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        """Creates and checks out a branch here."""
        self.git("checkout", "--quiet", "-b", name)

    def checkout(self, name: str) -> None:
        self.git("checkout", "--quiet", name)

    def push(self, branch: str = "main") -> None:
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")


class Monorepo(Clone):
    """A clone of a bare remote, `remote`, with one commit on `main` that both have."""

    def __init__(self, folder: Path, files: Mapping[str, str] | None = None) -> None:
        super().__init__(folder / "work", isolated_environment(folder / "home"))
        self.folder = folder
        self.remote = folder / "remote.git"
        self.root.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--template=", str(self.remote))
        self.git("init", "--quiet", "--template=")
        self.git("remote", "add", "origin", str(self.remote))
        self.write({"README.md": "A monorepo.\n", **(files or {})})
        self.first = self.commit("first")
        self.push("main")

    def clone(self, name: str, *options: str, email: str = "", shallow: int = 0) -> Clone:
        """Another clone of the remote, in the folder `name` next to this one.

        With `email`, its identity is another one. `shallow` is the depth of a shallow clone.
        """
        depth = [f"--depth={shallow}"] if shallow else []
        self.git("clone", "--quiet", *depth, *options, self.remote.as_uri(), str(self.folder / name))
        environment = self.environment
        if email:
            person = email.partition("@")[0]
            environment = isolated_environment(self.folder / f"home-{name}", name=person, email=email)
        return Clone(self.folder / name, environment)

    def remote_refs(self) -> dict[str, str]:
        """Everything that the remote has, as it stands there: ref name -> object id."""
        listed = self.git("ls-remote", str(self.remote)).splitlines()
        return {ref: oid for oid, ref in (line.split("\t") for line in listed) if ref.startswith("refs/")}


def opened(clone: Clone, **environment: str) -> GitRepository:
    """The adapter, as the command line would find it in the clone's root."""
    return GitRepository.discover(clone.root, Runner(clone.environment | environment))
