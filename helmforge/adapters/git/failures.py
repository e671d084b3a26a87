"""What git says about a remote, told apart: not allowed, not there, not reachable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.adapters.process import redact
from helmforge.errors import HelmforgeError, StepError, UnreachableError

if TYPE_CHECKING:
    from helmforge.adapters.process import Completed

_DENIED = re.compile(
    r"permission( to .*)? denied|permission denied|authentication failed|access denied|not authorized|"
    r"could not read (username|password)|returned error: 40[13]\b|write access to repository not granted|"
    r"host key verification failed|unable to create temporary object directory|insufficient permission",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"repository .*not found|does not appear to be a git repository|returned error: 404\b|"
    r"project you were looking for could not be found|no such file or directory",
    re.IGNORECASE,
)
_NO_REF = re.compile(r"couldn't find remote ref (?P<ref>\S+)", re.IGNORECASE)
_CONTENDED = re.compile(r"cannot lock ref|unable to create '.*\.lock'|failed to update ref", re.IGNORECASE)
_NEVER = "exists; cannot create"  # refs/heads/a stands where the folder of refs/heads/a/b must be


def classify(completed: Completed, what: str, url: str) -> HelmforgeError:
    """The error for a command that failed before the remote answered for a ref."""
    error = completed.error(what)
    where, why = f"{url} ({error.where})", error.why
    absent = _NO_REF.search(completed.err)
    if absent:
        return StepError(f"the remote has no {absent['ref']!r}", where=url, hint="push it first")
    if _DENIED.search(completed.err):
        hint = "check the credentials that Git uses here, and what they may do: git ls-remote " + url
        return HelmforgeError(f"{what} does not let us in", where=where, why=why, hint=hint)
    if _ABSENT.search(completed.err):
        hint = "check the address (git remote -v), and that the server or the folder is there"
        return UnreachableError(
            f"{what} is not a repository, or not visible", where=where, why=why, hint=hint
        )
    hint = "check the network and the server, then run the command again"
    return UnreachableError(f"{what} cannot be reached", where=where, why=why, hint=hint)


def declined(pushed: Completed, ref: str, reason: str) -> HelmforgeError:
    """The error for a ref that the remote did not accept although it does not exist there."""
    said = [line for line in pushed.err.splitlines() if line.startswith(("remote:", "error:"))]
    why = redact("\n".join([reason, *said]))
    if "[remote failure]" in reason:
        hint = "run the command again: it looks first whether the push arrived"
        return UnreachableError(f"the remote broke off while {ref!r} was pushed", why=why, hint=hint)
    return HelmforgeError(
        f"the remote declined {ref!r}",
        why=why,
        hint="a hook, a protection rule or missing rights: ask whoever administers the repository",
    )


def is_contended(pushed: Completed, reason: str) -> bool:
    """Whether another writer held the lock of the ref at that moment."""
    if _NEVER in pushed.err:
        return False
    return bool(_CONTENDED.search(reason) or _CONTENDED.search(pushed.err))
