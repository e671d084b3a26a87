"""One Helm at a time per release: a Lease that is renewed while Helm runs, and healing of stuck releases.

A killed CI job leaves `pending-upgrade` behind and every later upgrade fails (helm/helm#4558). Whether
the other Helm is dead or merely slow cannot be read from Helm's record; the Lease tells.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helmforge.domain.deployment import running
from helmforge.errors import HelmforgeError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from helmforge.domain.cluster import Lease, ReleaseKey, ReleaseRevision, Upgrade
    from helmforge.flows.ports import Clock, Log
    from helmforge.flows.world import World

SECONDS = 15
"""How long a Lease outlives its holder: long enough for a slow API server, short enough to wait for."""

_PATIENCE_SECONDS = 600


class Hold:
    """A Lease while it is held: renewed in a thread of its own, whose unforeseen exception is `defect`."""

    def __init__(self, world: World, key: ReleaseKey, log: Log) -> None:
        self._world = world
        self._key = key
        self._log = log
        self._renewed = world.clock.monotonic()
        self._overtaken = False
        self.defect: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    @property
    def lost(self) -> bool:
        """Somebody else may hold it by now: nothing more may be done to the release."""
        return self._overtaken or self._world.clock.monotonic() - self._renewed > SECONDS

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def _renew(self) -> None:
        """A renewal that fails is tried again at the next turn: Helm itself will meet the same trouble."""
        while not self._overtaken and not self._stop.wait(SECONDS / 3):
            try:
                self._renew_once()
            except HelmforgeError as error:
                self._log(f"the Lease of {self._key.name} was not renewed: {error}")
            except Exception as error:  # noqa: BLE001 - a thread's exceptions reach nobody by themselves
                self._log(f"the Lease of {self._key.name} was not renewed: {error!r}")
                self.defect = error

    def _renew_once(self) -> None:
        lease = self._world.kubernetes.lease(self._key)
        if lease is None or lease.holder != self._world.holder:
            self._overtaken = True
        elif self._world.kubernetes.renew_lease(self._key, lease, self._world.holder, SECONDS):
            self._renewed = self._world.clock.monotonic()


@contextmanager
def exclusive(world: World, key: ReleaseKey, log: Log) -> Iterator[Hold]:
    """Holds the release's Lease. Waits for another holder; RefusedError when it does not end.

    What went wrong with its renewal beyond the outside world's troubles is raised in the end, unless there
    is an error to raise already.
    """
    _acquire(world, key, log)
    hold = Hold(world, key, log)
    try:
        yield hold
    finally:
        hold.end()
        _release(world, key, log)
    if hold.defect is not None:
        raise hold.defect


def _acquire(world: World, key: ReleaseKey, log: Log) -> None:
    """Reads first: a Lease stays for ever once it was made, and proves that its namespace is there."""
    watch = _Watch(world.clock)
    while True:
        lease = world.kubernetes.lease(key)
        if lease is None:
            world.kubernetes.ensure_namespace(key.cluster, key.namespace)
            if world.kubernetes.create_lease(key, world.holder, SECONDS):
                return
        elif (lease.holder == world.holder or watch.abandoned(lease)) and world.kubernetes.renew_lease(
            key, lease, world.holder, SECONDS
        ):
            return
        watch.wait(key, lease.holder if lease else "", log)


class _Watch:
    """Whether the holder of a Lease still lives, without trusting that its clock agrees with ours.

    A live holder changes its Lease every few seconds. Where the times in it say that it has expired,
    half its duration without a change is enough; where they do not, the whole.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._version = ""
        self._since = self._began
        self._told = False

    def abandoned(self, lease: Lease) -> bool:
        if not lease.holder:
            return True
        if lease.version != self._version:
            self._version, self._since = lease.version, self._clock.monotonic()
        patience = SECONDS / 2 if lease.free(self._clock.now()) else SECONDS
        return self._clock.monotonic() - self._since >= patience

    def wait(self, key: ReleaseKey, holder: str, log: Log) -> None:
        """One second. RefusedError when there was enough waiting."""
        holder = holder or "another run"
        if self._clock.monotonic() - self._began > _PATIENCE_SECONDS:
            raise RefusedError(
                f"another run is deploying {key.name} in {key.namespace}",
                why=f"{holder} holds the Lease and renews it",
                hint="wait for it to end, or cancel it, and run this again",
            )
        if not self._told:
            log(f"waiting: {holder} is deploying {key.name}, or was killed a moment ago")
            self._told = True
        self._clock.wait(1.0)


def _release(world: World, key: ReleaseKey, log: Log) -> None:
    """Never an error of its own: the Lease expires, and the caller's success or error matters more."""
    try:
        world.kubernetes.release_lease(key, world.holder)
    except HelmforgeError as error:
        log(f"the Lease of {key.name} was not given back ({error.what}); it expires in {SECONDS} s")


def heal(world: World, upgrade: Upgrade, history: Sequence[ReleaseRevision], log: Log) -> bool:
    """Frees a release that a killed Helm left pending; False when there was nothing to do. Call it only
    while holding the Lease, with the release's history as it was read since.

    When the killed run was on its way to this very artifact its record is forgotten and Helm goes
    on forward; otherwise the release goes back to its last good revision first.
    """
    key = upgrade.key
    if not history or not history[-1].pending:
        return False
    stuck = history[-1]
    good = running(history)
    if world.kubernetes.forget_pending(key, stuck.revision, upgrade.labels):
        log(f"revision {stuck.revision} was left {stuck.status} by a killed run: continuing it")
    elif good:
        log(f"revision {stuck.revision} was left {stuck.status}: rolling back to {good.origin}")
        world.helm.rollback(key, good.origin, upgrade.timeout_seconds)
    else:
        log(f"the first installation was left {stuck.status}: removing it")
        world.helm.uninstall(key, upgrade.timeout_seconds)
    return True
