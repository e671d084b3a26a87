"""Everything in memory: objects, resource versions, the recent history for watches."""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.status import ApiError

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.faults import Fault
    from helmforge.sandbox.emulator.kinds import Kind, Object
    from helmforge.sandbox.emulator.ownership import Owners

    _Places = defaultdict[str, dict[str, Object]]  # namespace, name

_HISTORY = 5_000
_SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Change:
    kind: Kind
    version: int
    before: Object | None
    after: Object | None


class Store:
    """Stored objects are never changed in place: readers may keep them, writers put a new one."""

    def __init__(self) -> None:
        self.version = 1
        self.owners: defaultdict[str, Owners] = defaultdict(dict)  # by uid
        self.watchers: set[asyncio.Queue[Change | None]] = set()
        self.faults: dict[tuple[str, str], Fault] = {}  # by namespace and workload
        self.dirty: set[str] = set()  # namespaces that the controllers have to look at
        self.touched = asyncio.Event()
        self._objects: defaultdict[str, _Places] = defaultdict(lambda: defaultdict(dict))  # by kind
        self._history: deque[Change] = deque(maxlen=_HISTORY)
        for name in _SYSTEM_NAMESPACES:
            labels = {"kubernetes.io/metadata.name": name}
            self.put(
                KINDS["Namespace"], new_object("Namespace", name, labels=labels, status={"phase": "Active"})
            )

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        return self._objects[kind.name][namespace].get(name)

    def find(self, kind: Kind, namespace: str = "") -> list[Object]:
        """In the order of namespace and name; all namespaces without one."""
        known = self._objects[kind.name]
        places = [namespace] if namespace else sorted(known)
        return [obj for place in places for _, obj in sorted(known[place].items())]

    def put(self, kind: Kind, obj: Object) -> Object:
        """Inserts or replaces; an object that equals the stored one keeps its resourceVersion."""
        metadata = obj["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        before = self.get(kind, namespace, name)
        if before == obj:
            return before
        self.version += 1
        after = {**obj, "metadata": {**metadata, "resourceVersion": str(self.version)}}
        self._objects[kind.name][namespace][name] = after
        self._publish(Change(kind, self.version, before, after))
        return after

    def amend(
        self,
        obj: Object,
        *,
        spec: Object | None = None,
        status: Object | None = None,
        notes: dict[str, str] | None = None,
    ) -> Object:
        """What controllers write onto the newest version: keys of `spec`, annotations, the whole status."""
        metadata = obj["metadata"]
        latest = self.get(KINDS[obj["kind"]], metadata.get("namespace", ""), metadata["name"]) or obj
        metadata = dict(latest["metadata"])
        changed = {**latest, "metadata": metadata}
        if notes:
            metadata["annotations"] = metadata.get("annotations", {}) | notes
        if spec is not None:
            changed["spec"] = latest["spec"] | spec
            if "generation" in metadata and changed["spec"] != latest["spec"]:
                metadata["generation"] += 1
        if status is not None:
            changed["status"] = status
        return self.put(KINDS[obj["kind"]], changed)

    def owned(self, kind: str, owner: Object) -> list[Object]:
        uid, namespace = owner["metadata"]["uid"], owner["metadata"]["namespace"]
        return [item for item in self.find(KINDS[kind], namespace) if uid in _owners(item)]

    def remove(self, kind: Kind, obj: Object) -> Object:
        """Removes the object, and what it owns."""
        metadata = obj["metadata"]
        namespace, uid = metadata.get("namespace", ""), metadata["uid"]
        if self._objects[kind.name][namespace].pop(metadata["name"], None) is None:
            return obj
        self.version += 1
        self.owners.pop(uid, None)
        last = {**obj, "metadata": {**metadata, "resourceVersion": str(self.version)}}
        self._publish(Change(kind, self.version, last, None))
        for other in KINDS.values():
            for dependent in self.find(other, namespace):
                if uid in _owners(dependent):
                    self.remove(other, dependent)
        return last

    def since(self, version: int) -> list[Change]:
        """Raises 410 when the history does not reach back that far."""
        if self._history and version < self._history[0].version - 1:
            raise ApiError(410, "Expired", f"too old resource version: {version} ({self.version})")
        return [change for change in self._history if change.version > version]

    def _publish(self, change: Change) -> None:
        self._history.append(change)
        for queue in self.watchers:
            queue.put_nowait(change)
        metadata = (change.after or change.before or {})["metadata"]
        self.touch(metadata.get("namespace", metadata["name"]))

    def touch(self, namespace: str) -> None:
        self.dirty.add(namespace)
        self.touched.set()


def _owners(obj: Object) -> list[str]:
    return [owner["uid"] for owner in obj["metadata"].get("ownerReferences", ())]


def new_object(
    kind: str,
    name: str,
    *,
    owner: Object | None = None,
    labels: Object | None = None,
    namespace: str = "",
    **sections: Object,
) -> Object:
    """An object as the server itself makes it; an owner's namespace is its namespace."""
    metadata: Object = {
        "name": name,
        "uid": str(uuid.uuid4()),
        "creationTimestamp": now(),
        "labels": labels or {},
    }
    if owner:
        namespace = owner["metadata"]["namespace"]
        reference = {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
        }
        reference |= {"uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}
        metadata["ownerReferences"] = [reference]
    if namespace:
        metadata["namespace"] = namespace
    if "spec" in sections and KINDS[kind].group:
        metadata["generation"] = 1
    return {"apiVersion": KINDS[kind].api_version, "kind": kind, "metadata": metadata, **sections}
