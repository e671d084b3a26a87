"""What a failed deployment leaves: the release as it was before, and a history that still knows what ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.deployment import removed_first, running, surplus
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.domain.cluster import ReleaseRevision, Upgrade
    from helmforge.flows.ports import Log
    from helmforge.flows.steps.lock import Hold
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Failed:
    """An upgrade that failed. `before` is the newest revision that there was, 0 for none."""

    upgrade: Upgrade
    hold: Hold
    before: int


def newest(history: Sequence[ReleaseRevision]) -> int:
    return max((revision.revision for revision in history), default=0)


def undo(world: World, failed: Failed) -> str:
    """What was done, or why nothing was, in words."""
    if failed.hold.lost:
        return "nothing was undone: another run may hold the release by now"
    try:
        return _undone(world, failed)
    except HelmforgeError as error:
        return f"rolling back failed too: {error}"


def _undone(world: World, failed: Failed) -> str:
    """By `helm rollback`, not by an upgrade to the old chart: an upgrade compares with what was deployed
    last, and would leave behind the objects that only the failed revision brought.

    It goes to the revision that brought what ran: a chain of rollbacks to rollbacks would end at one that
    Helm no longer has.
    """
    key, seconds = failed.upgrade.key, failed.upgrade.timeout_seconds
    history = world.helm.history(key)
    if newest(history) == failed.before:
        return "nothing had changed: what ran before still runs"
    good = running(history)
    if good is None:
        world.helm.uninstall(key, seconds, trace=failed.upgrade.description)
        return "there was nothing before it: the release was removed again"
    world.helm.rollback(key, good.origin, seconds)
    return f"rolled back to revision {good.origin} ({good.revision.chart})"


def make_room(world: World, upgrade: Upgrade, history: Sequence[ReleaseRevision], log: Log) -> int:
    """Before an upgrade, while holding the Lease: what failed before must not cost the record of what ran.
    Returns the newest revision that there is then, 0 for none.

    The trace of a first deployment that was removed goes as well. Helm would count it as superseded, and
    the next failure would be rolled back to it.
    """
    key = upgrade.key
    if removed_first(history):
        world.helm.uninstall(key, upgrade.timeout_seconds)
        return 0
    if revisions := surplus(history):
        try:
            world.kubernetes.forget_revisions(key, revisions)
        except HelmforgeError as error:  # untidy, and no reason not to deploy
            log(f"old failed revisions stay in the history of {key.name}: {error}")
    return newest(history)
