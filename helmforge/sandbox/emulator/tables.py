"""`kubectl get` asks for tables; these have the columns that a reader needs most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator.selectors import lookup

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Kind, Object

# A column is a path, or a name below _COMPUTED.
_COLUMNS = {
    "Deployment": {"Ready": "replicas", "Up-to-date": "status.updatedReplicas"},
    "Event": {"Type": "type", "Reason": "reason", "Object": "involvedObject.name", "Message": "message"},
    "Job": {"Succeeded": "status.succeeded"},
    "Lease": {"Holder": "spec.holderIdentity"},
    "Namespace": {"Status": "status.phase"},
    "PersistentVolumeClaim": {"Status": "status.phase"},
    "Pod": {"Ready": "containers", "Status": "state", "Restarts": "restarts"},
    "Service": {"Type": "spec.type", "Cluster-IP": "spec.clusterIP"},
    "StatefulSet": {"Ready": "replicas"},
}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def table(kind: Kind, objects: list[Object], version: int) -> Object:
    columns = {"Name": "metadata.name", **_COLUMNS.get(kind.name, {}), "Age": "age"}
    common = {"type": "string", "description": "", "priority": 0}
    definitions = [{"name": name, "format": "name" * (name == "Name"), **common} for name in columns]
    rows = [
        {"cells": [_cell(obj, path) for path in columns.values()], "object": _partial(obj)} for obj in objects
    ]
    head = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": str(version)}}
    return {**head, "columnDefinitions": definitions, "rows": rows}


def _partial(obj: Object) -> Object:
    head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {**head, "metadata": obj["metadata"]}


def _cell(obj: Object, path: str) -> Any:  # noqa: ANN401 - a JSON value
    statuses = lookup(obj, "status.containerStatuses") or ()
    match path:
        case "age":
            return _age(obj["metadata"]["creationTimestamp"])
        case "replicas":
            return f"{lookup(obj, 'status.readyReplicas') or 0}/{obj['spec']['replicas']}"
        case "containers":
            return f"{sum(item['ready'] for item in statuses)}/{len(obj['spec']['containers'])}"
        case "restarts":
            return sum(item["restartCount"] for item in statuses)
        case "state":
            details = [detail for item in statuses for detail in item["state"].values()]
            return next(
                (detail["reason"] for detail in details if "reason" in detail), obj["status"]["phase"]
            )
        case _:
            return lookup(obj, path) or (0 if path.startswith("status.") else "")


def _age(since: str) -> str:
    made = datetime.strptime(since, "%Y-%m-%dT%H:%M:%S%z")
    seconds = int((datetime.now(UTC) - made).total_seconds())
    return next((f"{seconds // unit}{name}" for unit, name in _UNITS if seconds >= 2 * unit), f"{seconds}s")
