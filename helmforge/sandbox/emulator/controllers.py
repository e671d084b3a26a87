"""The loop behind the API: after every change it brings the namespace a step nearer to what is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator.deployments import share, sync_deployment
from helmforge.sandbox.emulator.faults import is_ready
from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.pods import NODE, play
from helmforge.sandbox.emulator.replicas import sync_daemon_set, sync_job, sync_replica_set, sync_stateful_set
from helmforge.sandbox.emulator.selectors import labels_of, selects
from helmforge.sandbox.emulator.store import new_object

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store

_STEP_SECONDS = 0.03
_IDLE_SECONDS = 1.0  # how late a progress deadline may be noticed


async def run(store: Store) -> None:
    node = new_object("Node", NODE, labels={"kubernetes.io/hostname": NODE}, spec={})
    node["status"] = {"conditions": [{"type": "Ready", "status": "True", "reason": "Emulated"}]}
    store.put(KINDS["Node"], node)
    while True:
        try:
            await asyncio.wait_for(store.touched.wait(), _IDLE_SECONDS)
        except TimeoutError:
            store.dirty |= {item["metadata"]["namespace"] for item in store.find(KINDS["Deployment"])}
        await asyncio.sleep(_STEP_SECONDS)
        store.touched.clear()
        namespaces, store.dirty = store.dirty, set()
        for namespace in sorted(namespaces):
            settle(store, namespace)


def settle(store: Store, name: str) -> None:
    namespace = store.get(KINDS["Namespace"], "", name)
    if namespace is None:
        return
    if "deletionTimestamp" in namespace["metadata"]:
        _empty(store, namespace)
        return
    if store.get(KINDS["ServiceAccount"], name, "default") is None:
        store.put(KINDS["ServiceAccount"], new_object("ServiceAccount", "default", namespace=name))
    for kind, sync in _SYNCS.items():
        for item in store.find(KINDS[kind], name):
            sync(store, item)


def _empty(store: Store, namespace: Object) -> None:
    name = namespace["metadata"]["name"]
    content = [(kind, item) for kind in KINDS.values() if kind.namespaced for item in store.find(kind, name)]
    for kind, item in content:
        if not item["metadata"].get("finalizers"):
            store.remove(kind, item)
    if not content:
        store.remove(KINDS["Namespace"], namespace)


def _sync_service(store: Store, service: Object) -> None:
    selector, name = service["spec"].get("selector"), service["metadata"]["name"]
    if not selector:
        return
    pods = _matching(store, service, {"matchLabels": selector})
    labels = {"kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": "emulated"}
    made = new_object("EndpointSlice", f"{name}-emulated", owner=service, labels=labels)
    known = store.get(KINDS["EndpointSlice"], service["metadata"]["namespace"], made["metadata"]["name"])
    numbers = [(port, _number(port["targetPort"], pods)) for port in service["spec"]["ports"]]
    ports = [
        {"name": port.get("name", ""), "protocol": port["protocol"], "port": number}
        for port, number in numbers
        if number is not None
    ]
    endpoints = [_endpoint(pod) for pod in pods if "podIP" in pod["status"]]
    store.put(
        KINDS["EndpointSlice"],
        {**(known or made), "addressType": "IPv4", "endpoints": endpoints, "ports": ports},
    )


def _number(port: int | str, pods: list[Object]) -> int | None:
    """The number that a port name stands for in the pods' containers."""
    if isinstance(port, int):
        return port
    containers = [container for pod in pods for container in pod["spec"]["containers"]]
    named = (
        item for container in containers for item in container.get("ports", ()) if item.get("name") == port
    )
    return next((item["containerPort"] for item in named), None)


def _endpoint(pod: Object) -> Object:
    target = {"kind": "Pod", **{key: pod["metadata"][key] for key in ("name", "namespace", "uid")}}
    conditions = {"ready": is_ready(pod), "serving": is_ready(pod), "terminating": False}
    return {"addresses": [pod["status"]["podIP"]], "conditions": conditions, "targetRef": target}


def _sync_budget(store: Store, budget: Object) -> None:
    spec = budget["spec"]
    pods = _matching(store, budget, spec.get("selector"))
    expected, healthy = len(pods), sum(map(is_ready, pods))
    if "maxUnavailable" in spec:
        desired = max(0, expected - share(spec["maxUnavailable"], expected, up=True))
    else:
        desired = share(spec.get("minAvailable", 1), expected, up=True)
    status = {"expectedPods": expected, "currentHealthy": healthy, "desiredHealthy": desired}
    status |= {"disruptionsAllowed": max(0, healthy - desired) if expected else 0}
    store.amend(budget, status={**status, "observedGeneration": budget["metadata"]["generation"]})


def _matching(store: Store, item: Object, selector: Object | None) -> list[Object]:
    pods = store.find(KINDS["Pod"], item["metadata"]["namespace"])
    return [pod for pod in pods if selects(selector, labels_of(pod))]


_SYNCS = {
    "Deployment": sync_deployment,
    "ReplicaSet": sync_replica_set,
    "StatefulSet": sync_stateful_set,
    "DaemonSet": sync_daemon_set,
    "Job": sync_job,
    "Pod": play,
    "Service": _sync_service,
    "PodDisruptionBudget": _sync_budget,
}
