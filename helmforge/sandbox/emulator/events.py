"""Event objects, as the played controllers report them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.store import new_object, now

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store


def record(
    store: Store, about: Object, source: str, reason: str, message: str, *, warning: bool = False
) -> None:
    """The same event once more only raises its count."""
    metadata = about["metadata"]
    digest = hashlib.sha256(f"{metadata['uid']} {reason} {message}".encode()).hexdigest()[:16]
    name, namespace = f"{metadata['name']}.{digest}", metadata["namespace"]
    if known := store.get(KINDS["Event"], namespace, name):
        store.put(KINDS["Event"], {**known, "count": known["count"] + 1, "lastTimestamp": now()})
        return
    involved = {"apiVersion": about["apiVersion"], "kind": about["kind"], "namespace": namespace}
    involved |= {key: metadata[key] for key in ("name", "uid", "resourceVersion")}
    event = new_object("Event", name, namespace=namespace)
    event |= {"involvedObject": involved, "reason": reason, "message": message}
    event |= {"type": "Warning" if warning else "Normal", "count": 1, "source": {"component": source}}
    event |= {"firstTimestamp": now(), "lastTimestamp": now(), "reportingComponent": source}
    store.put(KINDS["Event"], event)
