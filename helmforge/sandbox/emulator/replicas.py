"""Plays the controllers that keep pods of one template: replica sets, stateful sets, daemon sets, jobs."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator import events
from helmforge.sandbox.emulator.faults import is_ready
from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.selectors import labels_of
from helmforge.sandbox.emulator.store import new_object, now
from helmforge.sandbox.emulator.writes import suffix

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store

_REVISION = "controller-revision-hash"


def template_hash(template: Object) -> str:
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def compact(counts: dict[str, int]) -> dict[str, int]:
    """A real server leaves zeros out."""
    return {name: count for name, count in counts.items() if count}


def sync_replica_set(store: Store, item: Object) -> Object:
    wanted, pods = item["spec"]["replicas"], store.owned("Pod", item)
    for _ in range(wanted - len(pods)):
        _start_pod(store, item)
    for pod in sorted(pods, key=is_ready)[: max(0, len(pods) - wanted)]:
        _stop_pod(store, item, pod)
    ready = sum(map(is_ready, store.owned("Pod", item)))
    counts = {"replicas": wanted, "fullyLabeledReplicas": wanted, "readyReplicas": ready}
    return store.amend(item, status=_observed(item, compact(counts | {"availableReplicas": ready})))


def sync_stateful_set(store: Store, item: Object) -> None:
    """Ordered: a pod that is not ready stops everything after it, a rollback too, as on a real cluster."""
    spec, name = item["spec"], item["metadata"]["name"]
    digest = template_hash(spec["template"])
    ordered = spec["podManagementPolicy"] == "OrderedReady"
    pods = {pod["metadata"]["name"]: pod for pod in store.owned("Pod", item)}
    names = [f"{name}-{ordinal}" for ordinal in range(spec["replicas"])]
    held = False
    for ordinal, pod_name in enumerate(names):
        if pod_name not in pods:
            _claim_volumes(store, item, pod_name)
            labels = {_REVISION: digest, "statefulset.kubernetes.io/pod-name": pod_name}
            _start_pod(store, item, pod_name, labels | {"apps.kubernetes.io/pod-index": str(ordinal)})
        if pod_name not in pods or not is_ready(pods[pod_name]):
            held = True
            if ordered:
                break
    stale = [pod for pod in pods.values() if labels_of(pod).get(_REVISION) != digest]
    extra = [pod for pod_name, pod in pods.items() if pod_name not in names]
    updates = stale if spec["updateStrategy"]["type"] == "RollingUpdate" else []
    if not held and (doomed := extra or updates):
        _stop_pod(store, item, max(doomed, key=_ordinal))
    _stateful_status(store, item, f"{name}-{digest}")


def _ordinal(pod: Object) -> int:
    return int(pod["metadata"]["name"].rpartition("-")[2])


def _stateful_status(store: Store, item: Object, revision: str) -> None:
    pods = store.owned("Pod", item)
    ready = sum(map(is_ready, pods))
    updated = sum(revision.endswith(labels_of(pod).get(_REVISION, "-")) for pod in pods)
    current = item.get("status", {}).get("currentRevision", revision)
    if updated == ready == len(pods) == item["spec"]["replicas"]:
        current = revision
    counts = {"readyReplicas": ready, "availableReplicas": ready, "updatedReplicas": updated}
    counts["currentReplicas"] = updated if current == revision else len(pods) - updated
    status: Object = {**compact(counts), "replicas": len(pods), "collisionCount": 0}
    status |= {"currentRevision": current, "updateRevision": revision}
    store.amend(item, status=_observed(item, status))


def _claim_volumes(store: Store, item: Object, pod_name: str) -> None:
    namespace = item["metadata"]["namespace"]
    for template in item["spec"].get("volumeClaimTemplates", ()):
        name = f"{template['metadata']['name']}-{pod_name}"
        if store.get(KINDS["PersistentVolumeClaim"], namespace, name) is None:
            bound = {"phase": "Bound"}
            claim = new_object(
                "PersistentVolumeClaim", name, namespace=namespace, spec=template["spec"], status=bound
            )
            store.put(KINDS["PersistentVolumeClaim"], claim)


def sync_daemon_set(store: Store, item: Object) -> None:
    digest = template_hash(item["spec"]["template"])
    pods = store.owned("Pod", item)
    stale = [pod for pod in pods if labels_of(pod).get(_REVISION) != digest]
    if not pods:
        _start_pod(store, item, labels={_REVISION: digest})
    elif stale and item["spec"]["updateStrategy"]["type"] == "RollingUpdate":
        _stop_pod(store, item, stale[0])
    ready, updated = sum(map(is_ready, pods)), len(pods) - len(stale)
    status = {"desiredNumberScheduled": 1, "currentNumberScheduled": len(pods), "numberMisscheduled": 0}
    status |= {"numberReady": ready, "numberAvailable": ready, "updatedNumberScheduled": updated}
    store.amend(item, status=_observed(item, status))


def sync_job(store: Store, item: Object) -> None:
    spec, before = item["spec"], item.get("status", {})
    if spec["suspend"] or "conditions" in before:
        return
    pods = store.owned("Pod", item)
    phases = [pod["status"]["phase"] for pod in pods]
    succeeded, failed = phases.count("Succeeded"), phases.count("Failed")
    active = len(pods) - succeeded - failed
    status: Object = compact({"active": active, "succeeded": succeeded, "failed": failed})
    status |= {"startTime": before.get("startTime", now()), "ready": sum(map(is_ready, pods))}
    if failed > spec["backoffLimit"]:
        message = "Job has reached the specified backoff limit"
        status |= _job_end(("FailureTarget", "Failed"), "BackoffLimitExceeded", message)
        events.record(store, item, "job-controller", "BackoffLimitExceeded", message, warning=True)
    elif succeeded >= spec["completions"]:
        message = "Reached expected number of succeeded pods"
        status |= _job_end(("SuccessCriteriaMet", "Complete"), "CompletionsReached", message)
        status["completionTime"] = now()
        events.record(store, item, "job-controller", "Completed", "Job completed")
    else:
        for _ in range(min(spec["parallelism"], spec["completions"] - succeeded) - active):
            _start_pod(store, item)
    store.amend(item, status=status)


def _job_end(types: tuple[str, str], reason: str, message: str) -> Object:
    common = {"status": "True", "reason": reason, "message": message}
    common |= {"lastProbeTime": now(), "lastTransitionTime": now()}
    return {"conditions": [{"type": name, **common} for name in types]}


def _observed(item: Object, status: Object) -> Object:
    return {**status, "observedGeneration": item["metadata"]["generation"]}


def _start_pod(store: Store, owner: Object, name: str = "", labels: dict[str, str] | None = None) -> None:
    template = owner["spec"]["template"]
    metadata = template.get("metadata", {})
    name = name or f"{owner['metadata']['name']}-{suffix()}"
    pod = new_object("Pod", name, owner=owner, spec=template["spec"], status={"phase": "Pending"})
    pod["metadata"]["labels"] = metadata.get("labels", {}) | (labels or {})
    pod["metadata"]["annotations"] = metadata.get("annotations", {})
    store.put(KINDS["Pod"], pod)
    events.record(store, owner, _source(owner), "SuccessfulCreate", f"Created pod: {name}")


def _stop_pod(store: Store, owner: Object, pod: Object) -> None:
    store.remove(KINDS["Pod"], pod)
    events.record(store, owner, _source(owner), "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")


def _source(owner: Object) -> str:
    return f"{owner['kind'].lower()}-controller"
