"""What a changed chart does to a cluster: the difference between two renderings, and how much it disturbs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Manifest: TypeAlias = "Mapping[str, Any]"
_Key: TypeAlias = tuple[str, str, str, str]


class Disturbance(IntEnum):
    """From harmless to impossible."""

    NONE = 0
    METADATA = 1
    OBJECTS = 2
    PODS = 3
    IMMUTABLE = 4

    def __str__(self) -> str:
        return _WORDS[self]


_WORDS = {
    Disturbance.NONE: "none",
    Disturbance.METADATA: "metadata only",
    Disturbance.OBJECTS: "changes objects",
    Disturbance.PODS: "restarts pods",
    Disturbance.IMMUTABLE: "immutable field",
}


@dataclass(frozen=True)
class ObjectEffect:
    """`name` is kind/name; `detail` says which field, or what happens to the object."""

    name: str
    disturbance: Disturbance
    detail: str

    def __str__(self) -> str:
        return f"{self.name} {self.detail}"


@dataclass(frozen=True)
class Effect:
    """The objects that differ, the most disturbing first."""

    objects: tuple[ObjectEffect, ...]

    @property
    def disturbance(self) -> Disturbance:
        return max((each.disturbance for each in self.objects), default=Disturbance.NONE)


_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
# Kubernetes' validation of updates. `a.b` is a path below the object; all else in these kinds may change.
_IMMUTABLE = {
    "Deployment": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "Job": (
        "spec.template",
        "spec.selector",
        "spec.completions",
        "spec.completionMode",
        "spec.podFailurePolicy",
        "spec.successPolicy",
        "spec.backoffLimitPerIndex",
        "spec.managedBy",
    ),
    "Service": ("spec.clusterIP", "spec.clusterIPs"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Secret": ("type",),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "IngressClass": ("spec.controller",),
    "PriorityClass": ("value",),
    "PersistentVolume": ("spec.local", "spec.nfs", "spec.csi", "spec.hostPath"),
}
# The other way round: these fields of `spec` may change, all others not.
_MUTABLE = {
    "StatefulSet": {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    },
    "PersistentVolumeClaim": {"resources", "volumeAttributesClassName"},
}
_TEMPLATE = "spec.template"
_SEALED = ("data", "binaryData", "stringData")  # of a ConfigMap or Secret with `immutable: true`
_HASHED = re.compile(r"-[0-9a-f]{8}\Z")  # of the chart type `job`: its template `jobName`
_HOLD_DATA = frozenset({"PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"})


def effect(before: Iterable[Manifest], after: Iterable[Manifest]) -> Effect:
    """Between the objects of two renderings of one chart, in one environment."""
    old, new = _by_key(before), _by_key(after)
    again = list(_jobs_again(old, new))
    found = [each for key in sorted({*old, *new}) for each in _compared(old.get(key), new.get(key))]
    found += [_of(job, Disturbance.PODS, "the job runs again") for job in again]
    return Effect(tuple(sorted(found, key=lambda each: -each.disturbance)))


def _by_key(manifests: Iterable[Manifest]) -> dict[_Key, Manifest]:
    return {identity(manifest): manifest for manifest in manifests}


def identity(manifest: Manifest) -> _Key:
    """Without the version of the API: it is another view of the same object."""
    metadata = _mapping(manifest, "metadata")
    group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
    return str(manifest.get("kind")), group, str(metadata.get("namespace")), str(metadata.get("name"))


def _jobs_again(old: dict[_Key, Manifest], new: dict[_Key, Manifest]) -> Iterator[Manifest]:
    """The new ones of Jobs that differ in the hash at the end of their name; both leave the mappings."""
    left = {_unhashed(key): key for key in sorted(old.keys() - new.keys()) if _is_hashed_job(key, old[key])}
    for key in sorted(new.keys() - old.keys()):
        before = left.pop(_unhashed(key), None) if _is_hashed_job(key, new[key]) else None
        if before is not None:
            del old[before]
            yield new.pop(key)


def _is_hashed_job(key: _Key, manifest: Manifest) -> bool:
    kind, group, _, name = key
    return (kind, group) == ("Job", "batch") and bool(_HASHED.search(name)) and not _is_hook(manifest)


def _unhashed(key: _Key) -> _Key:
    kind, group, namespace, name = key
    return kind, group, namespace, _HASHED.sub("", name)


def _compared(old: Manifest | None, new: Manifest | None) -> Iterator[ObjectEffect]:
    if old is None:
        if new is not None:
            yield _of(new, Disturbance.OBJECTS, "is added")
    elif new is None:
        yield _removed(old)
    elif _is_hook(old) or _is_hook(new):  # made anew each time that it runs
        if old != new:
            yield _of(new, Disturbance.OBJECTS, "changes")
    else:
        fields = list(_immutable_changes(old, new))
        if fields:
            yield from (_of(new, Disturbance.IMMUTABLE, field) for field in fields)
        else:
            yield from _changed(old, new)


def _removed(old: Manifest) -> ObjectEffect:
    kept = _annotations(old).get("helm.sh/resource-policy") == "keep"
    if old.get("kind") in _HOLD_DATA and not kept and not _is_hook(old):
        return _of(old, Disturbance.IMMUTABLE, "is removed, with what it holds")
    pods = old.get("kind") in _WORKLOADS
    return _of(old, Disturbance.PODS if pods else Disturbance.OBJECTS, "is removed")


def _changed(old: Manifest, new: Manifest) -> Iterator[ObjectEffect]:
    if new.get("kind") in _WORKLOADS and _at(old, _TEMPLATE) != _at(new, _TEMPLATE):
        detail = _first_difference(_at(old, _TEMPLATE), _at(new, _TEMPLATE), tuple(_TEMPLATE.split(".")))
        yield _of(new, Disturbance.PODS, detail)
    elif _without_metadata(old) != _without_metadata(new):
        detail = _first_difference(_without_metadata(old), _without_metadata(new), ())
        yield _of(new, Disturbance.OBJECTS, detail)
    elif old != new:
        yield _of(new, Disturbance.METADATA, "changes its metadata")


def _immutable_changes(old: Manifest, new: Manifest) -> Iterator[str]:
    kind = str(new.get("kind"))
    paths = list(_IMMUTABLE.get(kind, ()))
    if kind in _MUTABLE:
        fields = {*_mapping(old, "spec"), *_mapping(new, "spec")} - _MUTABLE[kind]
        paths += [f"spec.{field}" for field in sorted(fields)]
    if old.get("immutable") is True:
        paths += _SEALED
    yield from (path for path in paths if _at(old, path) != _at(new, path))


def _first_difference(one: Any, other: Any, path: tuple[str, ...]) -> str:  # noqa: ANN401 - any YAML value
    """The key path of the first field that differs, as far as mappings go."""
    while isinstance(one, dict) and isinstance(other, dict):
        key = next((key for key in sorted({*one, *other}, key=str) if one.get(key) != other.get(key)), None)
        if key is None:
            break
        path = (*path, str(key))
        one, other = one.get(key), other.get(key)
    return ".".join(path)


def _without_metadata(manifest: Manifest) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in {"metadata", "apiVersion"}}


def _is_hook(manifest: Manifest) -> bool:
    return "helm.sh/hook" in _annotations(manifest)


def _annotations(manifest: Manifest) -> Mapping[str, Any]:
    return _mapping(_mapping(manifest, "metadata"), "annotations")


def _mapping(manifest: Manifest, key: str) -> Mapping[str, Any]:
    found = manifest.get(key)
    return found if isinstance(found, dict) else {}


def _at(manifest: Manifest, path: str) -> Any:  # noqa: ANN401 - any YAML value
    found: Any = manifest
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _of(manifest: Manifest, disturbance: Disturbance, detail: str) -> ObjectEffect:
    kind, _, _, name = identity(manifest)
    return ObjectEffect(f"{kind}/{name}", disturbance, detail)
