"""Faults that a rollout can be told to have; texts say that they are emulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.selectors import labels_of
from helmforge.sandbox.emulator.status import bad_request

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store

FAULTS = ("image-pull", "crash-loop", "never-ready")
REVISION_LABELS = ("pod-template-hash", "controller-revision-hash")


@dataclass(frozen=True)
class Fault:
    """`spared`: pod templates that had ready pods before. They stay healthy, so a rollback works."""

    name: str
    spared: frozenset[str]


def tell(store: Store, order: object) -> None:
    """The body of POST /emulator/faults: namespace, name, fault (null ends it)."""
    if not isinstance(order, dict) or set(order) != {"namespace", "name", "fault"}:
        raise bad_request("expected exactly the keys namespace, name and fault")
    namespace, name, fault = order["namespace"], order["name"], order["fault"]
    if not isinstance(namespace, str) or not isinstance(name, str):
        raise bad_request("namespace and name must be strings")
    if fault is None:
        store.faults.pop((namespace, name), None)
    elif fault in FAULTS:
        pods = store.find(KINDS["Pod"], namespace)
        healthy = [pod for pod in pods if workload_of(store, pod) == name and is_ready(pod)]
        store.faults[namespace, name] = Fault(fault, frozenset(map(revision_of, healthy)))
    else:
        raise bad_request(f"unknown fault {fault!r}; known: {', '.join(FAULTS)}")
    store.touch(namespace)


def fault_of(store: Store, pod: Object) -> str | None:
    fault = store.faults.get((pod["metadata"]["namespace"], workload_of(store, pod)))
    return None if fault is None or (revision_of(pod) in fault.spared) else fault.name


def workload_of(store: Store, pod: Object) -> str:
    """The name of the Deployment, StatefulSet, DaemonSet or Job, or of a pod without one."""
    metadata: Object = pod["metadata"]
    while owners := metadata.get("ownerReferences"):
        owner = store.get(KINDS[owners[0]["kind"]], metadata["namespace"], owners[0]["name"])
        if owner is None:
            return str(owners[0]["name"])
        metadata = owner["metadata"]
    return str(metadata["name"])


def revision_of(pod: Object) -> str:
    return next((labels_of(pod)[label] for label in REVISION_LABELS if label in labels_of(pod)), "")


def is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
