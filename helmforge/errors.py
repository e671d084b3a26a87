"""Every error a user can meet, with the data to act on it, and the exit codes.

Errors are raised with data and printed at one boundary, `helmforge.cli.main`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.annotations import Annotation


class ExitCode(IntEnum):
    """Process exit codes, fixed by the command line's contract (docs/reference.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    INTERNAL = 70
    INTERRUPTED = 130


class HelmforgeError(Exception):
    """A failure that helmforge can explain.

    `what` failed, `where` (file:line, URL, command), `why` (the cause, may be several
    lines, e.g. the tail of a tool's output), `hint` (what to do next).
    """

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"at {self.where}")
        if self.why:
            parts.append(self.why)
        return ": ".join(parts)


class StepError(HelmforgeError):
    """A step of the work failed: tests, a build, a rollout. `facts` are what it found nevertheless."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        why: str = "",
        hint: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, where=where, why=why, hint=hint)
        self.facts = facts or {}


class FindingsError(StepError):
    """A check found what is wrong. `annotations` say it again for the lines of the repository's files."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        why: str = "",
        hint: str = "",
        annotations: tuple[Annotation, ...] = (),
    ) -> None:
        super().__init__(what, where=where, why=why, hint=hint)
        self.annotations = annotations


class ToolError(StepError):
    """An outside program failed. `why` carries its exit code and the tail of its output."""


class UsageError(HelmforgeError):
    """The command line or the surroundings (not a repository, no such service) are wrong."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """helmforge.yaml or service.yaml is wrong. `where` is `file:line key.path`; with several problems
    these places begin the lines of `why`.
    """


class MissingToolError(UsageError):
    """A program that helmforge drives is not installed or too old. `hint` says how to get it."""


class RefusedError(HelmforgeError):
    """A rule says no: not approved, version taken, wrong cluster. Nothing was changed."""

    exit_code = ExitCode.REFUSED


class UnreachableError(HelmforgeError):
    """An outside system did not answer, or not usably, after retries."""

    exit_code = ExitCode.UNREACHABLE


class StoppedError(HelmforgeError):
    """An outside program was ended, or never started, because helmforge was interrupted."""

    exit_code = ExitCode.INTERRUPTED


class InternalError(HelmforgeError):
    """A defect of helmforge itself."""

    exit_code = ExitCode.INTERNAL
