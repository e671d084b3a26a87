"""What a CI leaves for a job: its variables, its event file, a checkout such as that of actions/checkout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.commands import run_helmforge
from tests.support.repositories import Clone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran
    from tests.support.repositories import Monorepo


@dataclass(frozen=True)
class PullRequest:
    """Number 7, of `branch` into main. `merge` is what GitHub makes of it: refs/pull/7/merge."""

    repository: Monorepo
    branch: str
    source: str
    merge: str

    def variables(self, folder: Path, *, fork: bool = False) -> dict[str, str]:
        """Those of GitHub Actions, with an event file in `folder`."""
        owner = "eve" if fork else "ada"
        head = {"sha": self.source, "ref": self.branch, "repo": {"full_name": f"{owner}/shop"}}
        base = {"ref": "main", "repo": {"full_name": "ada/shop"}}
        file = folder / "event.json"
        file.write_text(json.dumps({"pull_request": {"head": head, "base": base}}), encoding="utf-8")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_SHA": self.merge,
            "GITHUB_HEAD_REF": self.branch,
            "GITHUB_BASE_REF": "main",
            "GITHUB_EVENT_PATH": str(file),
        }

    def checkout(self, name: str, depth: int) -> Clone:
        """As actions/checkout does it: one ref, by its commit, a detached head. `depth` 0 takes all history
        and all branches.
        """
        clone = Clone(self.repository.folder / name, self.repository.environment)
        clone.root.mkdir()
        clone.git("init", "--quiet", "--template=")
        clone.git("remote", "add", "origin", self.repository.remote.as_uri())
        fetched = f"+{self.merge}:refs/remotes/pull/7/merge"
        what = [f"--depth={depth}", "origin"] if depth else ["origin", "+refs/heads/*:refs/remotes/origin/*"]
        flags = ("--no-tags", "--prune", "--no-recurse-submodules")
        clone.git("-c", "protocol.version=2", "fetch", "--quiet", *flags, *what, fetched)
        clone.git("checkout", "--quiet", "--force", "refs/remotes/pull/7/merge")
        return clone


def open_pull_request(repository: Monorepo, branch: str) -> PullRequest:
    """Of what is checked out, as `branch` of whoever's repository; only GitHub's own refs tell the remote."""
    source = repository.head()
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge it into main", source)
    merge = repository.head()
    refs = (f"+{source}:refs/pull/7/head", f"+{merge}:refs/pull/7/merge")
    repository.git("push", "--quiet", "origin", *refs)
    return PullRequest(repository, branch, source, merge)


def helmforge(clone: Clone, *arguments: str, **environment: str) -> Ran:
    return run_helmforge(clone.root, clone.environment | environment, *arguments)


def planned(clone: Clone, *arguments: str, **environment: str) -> Any:
    """The document of `pipeline plan`."""
    ran = helmforge(clone, "pipeline", "plan", "-o", "json", *arguments, **environment)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)
