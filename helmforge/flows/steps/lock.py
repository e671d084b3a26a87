"""One Helm at a time per release: a Lease that is renewed while Helm runs, and healing of stuck releases.

A killed CI job leaves `pending-upgrade` behind and every later upgrade fails (helm/helm#4558). Whether
the other Helm is dead or merely slow cannot be read from Helm's record; the Lease tells.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from helmforge.errors import HelmforgeError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.cluster import ReleaseKey, Upgrade
    from helmforge.flows.ports import Kubernetes, Log
    from helmforge.flows.world import World

SECONDS = 15
"""How long a Lease outlives its holder: long enough for a slow API server, short enough to wait for."""

_PATIENCE_SECONDS = 600


@contextmanager
def exclusive(world: World, key: ReleaseKey, log: Log) -> Iterator[None]:
    """Holds the release's Lease. Waits for another holder; RefusedError when it does not end."""
    _acquire(world, key, log)
    stop = threading.Event()
    renewal = threading.Thread(target=_renew, args=(world.kubernetes, key, world.holder, stop), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        stop.set()
        renewal.join()
        _release(world, key, log)


def _acquire(world: World, key: ReleaseKey, log: Log) -> None:
    deadline = world.clock.now().timestamp() + _PATIENCE_SECONDS
    told = False
    while not _try(world, key):
        lease = world.kubernetes.lease(key)
        holder = lease.holder if lease else "another run"
        if world.clock.now().timestamp() > deadline:
            raise RefusedError(
                f"another run is deploying {key.name} in {key.namespace}",
                why=f"{holder} holds the Lease and renews it",
                hint="wait for it to end, or cancel it, and run this again",
            )
        if not told:
            log(f"waiting: {holder} is deploying {key.name}, or was killed less than {SECONDS} s ago")
            told = True
        world.clock.wait(1.0)


def _try(world: World, key: ReleaseKey) -> bool:
    if world.kubernetes.create_lease(key, world.holder, SECONDS):
        return True
    lease = world.kubernetes.lease(key)
    if lease is None or not (lease.free(world.clock.now()) or lease.holder == world.holder):
        return False
    return world.kubernetes.renew_lease(key, lease, world.holder, SECONDS)


def _release(world: World, key: ReleaseKey, log: Log) -> None:
    """Never an error of its own: the Lease expires, and the caller's success or error matters more."""
    try:
        world.kubernetes.release_lease(key, world.holder)
    except HelmforgeError as error:
        log(f"the Lease of {key.name} was not given back ({error.what}); it expires in {SECONDS} s")


def _renew(kubernetes: Kubernetes, key: ReleaseKey, holder: str, stop: threading.Event) -> None:
    """A renewal that fails is tried again at the next turn: Helm itself will meet the same trouble."""
    while not stop.wait(SECONDS / 3):
        with suppress(HelmforgeError):
            lease = kubernetes.lease(key)
            if lease and lease.holder == holder:
                kubernetes.renew_lease(key, lease, holder, SECONDS)


def heal(world: World, upgrade: Upgrade, log: Log) -> None:
    """Frees a release that a killed Helm left pending. Call it only while holding the Lease.

    When the killed run was on its way to this very artifact its record is forgotten and Helm goes
    on forward; otherwise the release goes back to its last good revision first.
    """
    key = upgrade.key
    history = world.helm.history(key)
    if not history or not history[-1].pending:
        return
    stuck = history[-1]
    good = [revision for revision in history if revision.status in {"deployed", "superseded"}]
    if world.kubernetes.forget_pending(key, stuck.revision, upgrade.labels):
        log(f"revision {stuck.revision} was left {stuck.status} by a killed run: continuing it")
    elif good:
        log(f"revision {stuck.revision} was left {stuck.status}: rolling back to {good[-1].revision}")
        world.helm.rollback(key, good[-1].revision, upgrade.timeout_seconds)
    else:
        log(f"the first installation was left {stuck.status}: removing it")
        world.helm.uninstall(key, upgrade.timeout_seconds)
