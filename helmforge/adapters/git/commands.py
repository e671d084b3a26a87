"""One way to start git: a scrubbed environment, argument lists, NUL-separated answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.adapters.process import Completed, Runner

# All other GIT_* variables go: a hook or a wrapper sets GIT_DIR, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY
# and the like for its own repository, Jenkins sets GIT_COMMIT and GIT_BRANCH.
_KEPT = (
    "GIT_ALLOW_PROTOCOL",
    "GIT_ASKPASS",
    "GIT_AUTHOR_",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMITTER_",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_VALUE_",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROTOCOL",
    "GIT_PROXY_",
    "GIT_SSH",
    "GIT_SSL_",
)
_FIXED = {
    "GIT_LITERAL_PATHSPECS": "1",  # a path from outside is never a pattern
    "GIT_NO_REPLACE_OBJECTS": "1",  # a local replacement must not stand for what was released
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def scrubbed(environment: Mapping[str, str]) -> dict[str, str | None]:
    """What to change in `environment` before git sees it; None removes a variable."""
    foreign = {name: None for name in environment if name.startswith("GIT_") and not name.startswith(_KEPT)}
    return foreign | _FIXED


def split(answer: bytes) -> list[str]:
    return [os.fsdecode(field) for field in answer.split(b"\0")[:-1]]


class GitCommands:
    """Runs git in one folder."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.folder = folder
        self.runner = runner
        self._changes = scrubbed(runner.environment)

    def within(self, folder: Path) -> GitCommands:
        return GitCommands(self.runner, folder)

    def run(self, *args: str, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        return self.runner.run(
            ["git", *args], cwd=self.folder, env=self._changes, stdin=stdin, timeout=timeout
        )

    def check(self, *args: str, what: str, stdin: bytes = b"") -> bytes:
        """Standard output. Raises ToolError(`what`) when git fails."""
        completed = self.run(*args, stdin=stdin)
        if completed.code != 0:
            raise completed.error(what)
        return completed.raw

    def fields(self, *args: str, what: str) -> list[str]:
        """The parts of a NUL-terminated answer. Bytes that are not UTF-8 survive as surrogates."""
        return split(self.check(*args, what=what))

    def resolve(self, revision: str) -> str | None:
        """The commit behind `revision`, which was checked before; None when there is none here."""
        found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.code != 0 and found.err.strip():
            raise found.error(f"cannot read {revision!r} from the repository")
        return found.out.strip() or None

    def commit_id(self, revision: str) -> str:
        """Raises UsageError when there is no such commit here."""
        oid = self.resolve(revision)
        if oid is None:
            raise UsageError(
                f"the commit {revision!r} is not in this clone",
                where=str(self.folder),
                hint="fetch it first: git fetch --tags",
            )
        return oid
