"""Plays the deployment controller: rolling updates within their limits, revisions, conditions."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator import events
from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.replicas import compact, sync_replica_set, template_hash
from helmforge.sandbox.emulator.selectors import labels_of
from helmforge.sandbox.emulator.store import new_object, now

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store

_HASH = "pod-template-hash"
_REVISION = "deployment.kubernetes.io/revision"


def share(value: int | str, total: int, *, up: bool) -> int:
    """`25%` of the total, rounded, or the number itself."""
    if isinstance(value, int):
        return value
    exact = int(value.rstrip("%")) * total / 100
    return math.ceil(exact) if up else math.floor(exact)


def sync_deployment(store: Store, deployment: Object) -> None:
    sets = store.owned("ReplicaSet", deployment)
    digest = template_hash(deployment["spec"]["template"])
    new = next((item for item in sets if labels_of(item).get(_HASH) == digest), None)
    new = new or _new_set(store, deployment, digest)
    newest = max(map(_revision, sets), default=0)
    revision = str(newest if _revision(new) == newest > 0 else newest + 1)
    for item in (new, deployment):
        store.amend(item, notes={_REVISION: revision})
    old = [item for item in sets if item is not new]
    if not deployment["spec"].get("paused"):
        _scale(store, deployment, new, old)
    _set_status(store, deployment, new["metadata"]["name"])
    spent = sorted((item for item in old if not item["spec"]["replicas"]), key=_revision, reverse=True)
    for item in spent[deployment["spec"]["revisionHistoryLimit"] :]:
        store.remove(KINDS["ReplicaSet"], item)


def _revision(item: Object) -> int:
    return int(item["metadata"].get("annotations", {}).get(_REVISION, 0))


def _new_set(store: Store, deployment: Object, digest: str) -> Object:
    spec, label = deployment["spec"], {_HASH: digest}
    metadata = spec["template"].get("metadata", {})
    labels = metadata.get("labels", {}) | label
    selector = {**spec["selector"], "matchLabels": spec["selector"].get("matchLabels", {}) | label}
    template = {**spec["template"], "metadata": {**metadata, "labels": labels}}
    name = f"{deployment['metadata']['name']}-{digest}"
    body = {"replicas": 0, "selector": selector, "template": template}
    return store.put(
        KINDS["ReplicaSet"],
        new_object("ReplicaSet", name, owner=deployment, labels=labels, spec=body, status={}),
    )


def _scale(store: Store, deployment: Object, new: Object, old: list[Object]) -> None:
    desired, surge, unavailable = _limits(deployment)
    size, ready = new["spec"]["replicas"], new["status"].get("readyReplicas", 0)
    total = size + sum(item["spec"]["replicas"] for item in old)
    recreate = deployment["spec"]["strategy"]["type"] == "Recreate"
    if not recreate:
        _resize(store, deployment, new, min(desired, size + max(0, desired + surge - total)))
    elif not any(store.owned("Pod", item) for item in old):
        _resize(store, deployment, new, desired)
    spare = total - (desired - unavailable) - (size - ready)
    excess = ready + sum(item["status"].get("readyReplicas", 0) for item in old) - (desired - unavailable)
    for item in old:
        held, serving = item["spec"]["replicas"], item["status"].get("readyReplicas", 0)
        idle = min(held - serving, max(0, spare))  # pods that do not serve go first
        surplus = min(serving, max(0, min(excess, spare)))
        spare, excess = spare - idle, excess - surplus
        _resize(store, deployment, item, 0 if recreate else held - idle - surplus)


def _limits(deployment: Object) -> tuple[int, int, int]:
    desired = deployment["spec"]["replicas"]
    rolling = deployment["spec"]["strategy"].get("rollingUpdate", {})
    surge = share(rolling.get("maxSurge", 0), desired, up=True)
    unavailable = share(rolling.get("maxUnavailable", 0), desired, up=False)
    return desired, surge, unavailable if surge or unavailable else 1


def _resize(store: Store, deployment: Object, item: Object, size: int) -> None:
    before, name = item["spec"]["replicas"], item["metadata"]["name"]
    if size != before:
        store.amend(item, spec={"replicas": size})
        message = f"Scaled {'up' if size > before else 'down'} replica set {name} from {before} to {size}"
        events.record(store, deployment, "deployment-controller", "ScalingReplicaSet", message)


def _set_status(store: Store, deployment: Object, name: str) -> None:
    sets = [sync_replica_set(store, item) for item in store.owned("ReplicaSet", deployment)]
    total = sum(item["status"].get("replicas", 0) for item in sets)
    ready = sum(item["status"].get("readyReplicas", 0) for item in sets)
    updated = next(item["status"].get("replicas", 0) for item in sets if item["metadata"]["name"] == name)
    desired, _, unavailable = _limits(deployment)
    counts = {"replicas": total, "updatedReplicas": updated, "readyReplicas": ready}
    counts |= {"availableReplicas": ready, "unavailableReplicas": max(0, total - ready)}
    before = deployment.get("status", {})
    counts = compact(counts) | {"observedGeneration": deployment["metadata"]["generation"]}
    moved = any(before.get(key) != value for key, value in counts.items())
    done = desired == updated == total == ready
    conditions = {item["type"]: item for item in before.get("conditions", ())}
    conditions["Available"] = _availability(
        conditions.get("Available"), enough=ready >= desired - unavailable
    )
    limit = deployment["spec"]["progressDeadlineSeconds"]
    conditions["Progressing"] = _progress(conditions.get("Progressing"), name, limit, done=done, moved=moved)
    store.amend(deployment, status=counts | {"conditions": list(conditions.values())})


def _availability(before: Object | None, *, enough: bool) -> Object:
    reason = "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable"
    message = f"Deployment {'has' if enough else 'does not have'} minimum availability."
    return _condition(before, "Available", reason, message, status=enough)


def _progress(before: Object | None, name: str, limit: int, *, done: bool, moved: bool) -> Object:
    about = f'ReplicaSet "{name}"'
    if done:
        message = f"{about} has successfully progressed."
        return _condition(before, "Progressing", "NewReplicaSetAvailable", message, status=True)
    if before and before["message"].startswith(about):
        if before["reason"] != "ReplicaSetUpdated":  # complete, or given up: a lost pod changes nothing
            return before
        last = datetime.strptime(before["lastUpdateTime"], "%Y-%m-%dT%H:%M:%S%z")
        if not moved and (datetime.now(UTC) - last).total_seconds() > limit:
            message = f"{about} has timed out progressing."
            return _condition(before, "Progressing", "ProgressDeadlineExceeded", message, status=False)
        if not moved:
            return before
    return _condition(None, "Progressing", "ReplicaSetUpdated", f"{about} is progressing.", status=True)


def _condition(before: Object | None, name: str, reason: str, message: str, *, status: bool) -> Object:
    fresh = {"type": name, "status": str(status), "reason": reason, "message": message}
    if before and before.items() >= fresh.items():
        return before
    since = before["lastTransitionTime"] if before and before["status"] == fresh["status"] else now()
    return fresh | {"lastUpdateTime": now(), "lastTransitionTime": since}
