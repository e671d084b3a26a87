"""What a run is compared with: docs/affected.md, "Compared with what"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.event import Flow
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.changes import Changed
    from helmforge.domain.event import Event
    from helmforge.domain.git import Commit
    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import Git


@dataclass(frozen=True)
class Comparison:
    """Commit ids; without any, `why` says why there is nothing to compare with."""

    bases: tuple[str, ...]
    why: str = ""


def of_event(git: Git, settings: Settings, event: Event, flow: Flow) -> Comparison:
    """A push to the trunk is compared with the commit before it, anything else with where it left the trunk
    or its target. Raises UsageError in a shallow clone.
    """
    demand_history(git)
    if flow is Flow.TRUNK:
        return _push(git, event.before)
    target = event.target or settings.trunk
    upstream = f"refs/remotes/{git.remote}/{target}"
    if git.commit(upstream) is None:
        git.fetch(f"refs/heads/{target}")
    return _forked(git, upstream, target)


def since(git: Git, name: str, option: str = "--base") -> Comparison:
    """Where HEAD left what the option names. Raises UsageError in a shallow clone, or for no commit."""
    demand_history(git)
    return _forked(git, _named_commit(git, name, option).oid, name)


def changed(git: Git, comparison: Comparison) -> tuple[Changed, ...]:
    """With several bases, after criss-cross merges, a file may be like one of them and not like another."""
    found = (one for base in comparison.bases for one in git.changes(base, "HEAD"))
    return tuple(dict.fromkeys(found))


def demand_history(git: Git) -> None:
    if git.is_shallow():
        raise UsageError(
            "this clone is shallow: which services are affected cannot be told from it",
            why="in a shallow clone the merge base with the trunk comes out wrong without any error",
            hint="--deepen, or git fetch --unshallow (GitHub Actions: fetch-depth: 0), or name services with "
            "--service",
        )


def _push(git: Git, before: str) -> Comparison:
    if not before:
        return Comparison((), "the commit before this push is not known")
    if not before.strip("0"):
        return Comparison((), "the branch is new: there is no commit before this push")
    commit = git.commit(before)
    if commit is None:
        return Comparison((), f"the commit before this push, {before[:12]}, is not in this clone")
    return Comparison((commit.oid,))


def _forked(git: Git, other: str, name: str) -> Comparison:
    return Comparison(git.merge_bases(other, "HEAD"), f"nothing in common with {name}")


def _named_commit(git: Git, name: str, option: str) -> Commit:
    """A branch as the remote has it, else whatever Git's expressions name (gitrevisions)."""
    there = f"refs/remotes/{git.remote}/{name}"
    commit = git.commit(name) or git.commit(there) or git.find_commit(name) or git.find_commit(there)
    if commit is None:
        raise UsageError(
            f"{option} {name!r} is no commit here",
            hint="git fetch, or correct it: a branch, a tag, a commit id, or an expression such as main~1",
        )
    return commit
