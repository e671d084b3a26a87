"""Create, replace, patch, apply and delete, with the preconditions of a real server."""

from __future__ import annotations

import copy
import secrets
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator import ownership
from helmforge.sandbox.emulator.admission import admit
from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.merge import json_merge, strategic_merge
from helmforge.sandbox.emulator.status import (
    ApiError,
    already_exists,
    bad_request,
    cannot,
    conflict,
    invalid,
    not_found,
    unsupported_media,
)
from helmforge.sandbox.emulator.store import now

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Kind, Object
    from helmforge.sandbox.emulator.ownership import Owners
    from helmforge.sandbox.emulator.store import Store

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # as in pod names: no vowels, no words
_SERVER_OWNED = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "selfLink", "managedFields")
_NEEDS_VERSION = {"Lease", "PodDisruptionBudget"}
_NO_GENERATION = {"Lease", "HorizontalPodAutoscaler"}


@dataclass(frozen=True)
class Target:
    """What a request is about, and who sent it."""

    kind: Kind
    namespace: str
    name: str
    manager: str
    dry_run: bool


def suffix() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def create(store: Store, target: Target, body: Object) -> Object:
    kind = target.kind
    body = _identified(target, body)
    metadata = {key: value for key, value in body["metadata"].items() if key not in _SERVER_OWNED}
    metadata.pop("resourceVersion", None)
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = metadata["generateName"] + suffix()
    if not metadata.get("name"):
        problem = ("metadata.name", "Required value: name or generateName is required")
        raise invalid(kind, "", [problem])
    _require_namespace(store, kind, target.namespace, metadata["name"])
    if store.get(kind, target.namespace, metadata["name"]):
        raise already_exists(kind, metadata["name"])
    metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
    if "spec" in body and kind.group and kind.name not in _NO_GENERATION:
        metadata["generation"] = 1
    body = {key: value for key, value in body.items() if key != "status"}
    obj = admit(kind, {**body, "metadata": metadata}, None, store.version)
    if target.dry_run:
        return obj
    empty: Object = {"metadata": {}}
    ownership.record_update(empty, obj, store.owners[metadata["uid"]], target.manager)
    return store.put(kind, obj)


def replace_object(store: Store, target: Target, body: Object) -> Object:
    kind = target.kind
    body = _identified(target, body)
    old = store.get(kind, target.namespace, target.name)
    if old is None and kind.name == "Lease":
        return create(store, target, body)
    if old is None:
        raise not_found(kind, target.name)
    if not body["metadata"].get("resourceVersion") and (kind.name in _NEEDS_VERSION or not kind.builtin):
        problem = ("metadata.resourceVersion", "Invalid value: 0: must be specified for an update")
        raise invalid(kind, target.name, [problem])
    return _update(store, target, old, body)


def patch(store: Store, target: Target, media: str, body: Any) -> Object:  # noqa: ANN401 - a JSON value
    old = store.get(target.kind, target.namespace, target.name)
    if old is None:
        raise not_found(target.kind, target.name)
    if media == "application/strategic-merge-patch+json" and target.kind.builtin:
        merged = strategic_merge(old, body)
    elif media == "application/merge-patch+json":
        merged = json_merge(old, body)
    elif media == "application/json-patch+json":
        raise cannot("apply a JSON patch; use a merge patch or a strategic merge patch")
    else:
        raise unsupported_media(f"the body of the request was in an unknown format: {media}")
    return _update(store, target, old, _identified(target, merged))


def apply(store: Store, target: Target, body: Object, *, force: bool) -> tuple[Object, bool]:
    """Server-side apply: the object, and whether it is new."""
    body = _identified(target, body)
    old = store.get(target.kind, target.namespace, target.name)
    if old is None:
        created = create(store, target, body)
        if not target.dry_run:
            store.owners[created["metadata"]["uid"]] = {target.manager: set(ownership.fields_of(body))}
        return created, True
    owners = copy.deepcopy(store.owners[old["metadata"]["uid"]])
    merged = ownership.apply(old, body, owners, target.manager, force=force)
    return _update(store, target, old, merged, owners), False


def delete(store: Store, target: Target, options: Object) -> Object:
    """Answers a Status when the object is gone, the object itself while something holds it."""
    kind = target.kind
    obj = store.get(kind, target.namespace, target.name)
    if obj is None:
        raise not_found(kind, target.name)
    metadata = obj["metadata"]
    for field, value in (options.get("preconditions") or {}).items():
        if value != metadata[field]:
            raise conflict(
                kind,
                target.name,
                f"the {field} in the precondition ({value}) does not match ({metadata[field]})",
            )
    if options.get("propagationPolicy") == "Orphan":
        raise cannot("delete with propagation policy Orphan")
    if kind.name == "Namespace" or metadata.get("finalizers"):
        held = {**obj, "metadata": {"deletionTimestamp": now(), **metadata}}
        if kind.name == "Namespace":
            held["status"] = {"phase": "Terminating"}
        return held if target.dry_run else store.put(kind, held)
    if not target.dry_run:
        store.remove(kind, obj)
    details = {"name": target.name, "group": kind.group, "kind": kind.plural, "uid": metadata["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def delete_all(store: Store, target: Target, objects: list[Object], options: Object) -> Object:
    for obj in objects:
        metadata = obj["metadata"]
        place = metadata.get("namespace", "")
        delete(store, replace(target, namespace=place, name=metadata["name"]), options)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}


def _identified(target: Target, body: object) -> Object:
    """The body with apiVersion, kind, name and namespace, which must agree with the URL."""
    kind = target.kind
    if not isinstance(body, dict) or not isinstance(body.get("metadata", {}), dict):
        raise bad_request(f"the object provided is unrecognized (must be of type {kind.name})")
    given = (body.get("apiVersion", kind.api_version), body.get("kind", kind.name))
    if given != (kind.api_version, kind.name):
        raise bad_request(f'{given[1]} in version "{given[0]}" cannot be handled as a {kind.name}')
    metadata = dict(body.get("metadata", {}))
    name = metadata.setdefault("name", target.name)
    if target.name and name != target.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({target.name})"
        )
    if kind.namespaced and metadata.setdefault("namespace", target.namespace) != target.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    return {**body, "apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def _require_namespace(store: Store, kind: Kind, namespace: str, name: str) -> None:
    if not kind.namespaced:
        return
    home = store.get(KINDS["Namespace"], "", namespace)
    if home is None:
        raise not_found(KINDS["Namespace"], namespace)
    if "deletionTimestamp" in home["metadata"]:
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        raise ApiError(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {why}')


def _update(store: Store, target: Target, old: Object, new: Object, owners: Owners | None = None) -> Object:
    was, given = old["metadata"], new["metadata"]
    if given.get("resourceVersion") not in (None, "", was["resourceVersion"]):
        raise conflict(target.kind, target.name)
    if given.get("uid") not in (None, "", was["uid"]):
        raise conflict(
            target.kind, target.name, f"the UID in the precondition ({given['uid']}) does not match"
        )
    metadata = {key: value for key, value in given.items() if key not in _SERVER_OWNED}
    metadata |= {key: was[key] for key in (*_SERVER_OWNED, "resourceVersion") if key in was}
    new = {**{key: value for key, value in new.items() if key != "status"}, "metadata": metadata}
    if "status" in old:
        new["status"] = old["status"]
    obj = admit(target.kind, new, old, store.version)
    if "generation" in metadata and obj.get("spec") != old.get("spec"):
        obj["metadata"]["generation"] += 1
    if target.dry_run:
        return obj
    if owners is None:
        ownership.record_update(old, obj, store.owners[was["uid"]], target.manager)
    else:
        store.owners[was["uid"]] = owners
    if "deletionTimestamp" in metadata and target.kind.name != "Namespace" and not metadata.get("finalizers"):
        return store.remove(target.kind, obj)
    return store.put(target.kind, obj)
