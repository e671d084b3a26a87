"""Defaults and checks: only those that helm, kubectl or the played controllers depend on.

Unknown fields are stored as they come; there is no schema validation, no quota, no Pod Security.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator.selectors import lookup, selects
from helmforge.sandbox.emulator.status import bad_request, cannot, invalid

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Kind, Object

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_RBAC_NAME = re.compile(r"[^/%]+")
_LONGEST_NAME = 253
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_WORKLOADS = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}
_PODS = {*_WORKLOADS, "Pod"}
_ROLLING = {"type": "RollingUpdate"}
_DEFAULTS: dict[str, Object] = {
    "Namespace": {"status": {"phase": "Active"}, "spec": {"finalizers": ["kubernetes"]}},
    "PersistentVolumeClaim": {"status": {"phase": "Bound"}, "spec": {"volumeMode": "Filesystem"}},
    "Pod": {"status": {"phase": "Pending", "qosClass": "BestEffort"}},
    "PodDisruptionBudget": {"spec": {}},
    "Secret": {"type": "Opaque"},
    "Service": {"status": {"loadBalancer": {}}, "spec": {"type": "ClusterIP", "sessionAffinity": "None"}},
    "DaemonSet": {"spec": {"updateStrategy": _ROLLING}},
    "Deployment": {
        "spec": {
            "replicas": 1,
            "strategy": _ROLLING,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        }
    },
    "CronJob": {"spec": {"concurrencyPolicy": "Allow", "suspend": False}},
    "Job": {
        "spec": {
            "parallelism": 1,
            "completions": 1,
            "completionMode": "NonIndexed",
            "backoffLimit": 6,
            "suspend": False,
        }
    },
    "ReplicaSet": {"spec": {"replicas": 1}},
    "StatefulSet": {
        "spec": {"replicas": 1, "podManagementPolicy": "OrderedReady", "updateStrategy": _ROLLING}
    },
}
_POD = {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30}
_STATEFUL_MUTABLE = (
    *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
    *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
)
_IMMUTABLE = {
    **dict.fromkeys(_WORKLOADS - {"StatefulSet"}, ("spec.selector",)),
    "Job": (
        *("spec.selector", "spec.template"),
        *("spec.completions", "spec.completionMode", "spec.podFailurePolicy"),
    ),
    "Secret": ("type",),
    "RoleBinding": ("roleRef",),
}


_MOST_PODS = 1_000
_NUMBER, _SHARE = "a whole number", "a whole number or a percentage"
_COUNT = f"a whole number up to {_MOST_PODS} (the emulated API plays no more)"
_EXPECTED = {
    **dict.fromkeys(("metadata.labels", "metadata.annotations", "spec.template.metadata.labels"), "strings"),
    **dict.fromkeys(
        ("spec", "spec.selector", "spec.strategy", "spec.strategy.rollingUpdate", "spec.updateStrategy"),
        "an object",
    ),
    **dict.fromkeys(("spec.template", "spec.template.metadata", "spec.template.spec"), "an object"),
    **dict.fromkeys(("spec.progressDeadlineSeconds", "spec.revisionHistoryLimit"), _NUMBER),
    **dict.fromkeys(("spec.replicas", "spec.parallelism", "spec.completions", "spec.backoffLimit"), _COUNT),
    **dict.fromkeys(("spec.maxUnavailable", "spec.minAvailable"), _SHARE),
    **dict.fromkeys(
        ("spec.strategy.rollingUpdate.maxSurge", "spec.strategy.rollingUpdate.maxUnavailable"), _SHARE
    ),
}


def _fits(value: object, expected: str) -> bool:
    if expected == "an object":
        return isinstance(value, dict)
    if expected == "strings":
        return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    if expected == _SHARE and isinstance(value, str):
        return bool(re.fullmatch(r"\d{1,3}%", value))
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value <= (_MOST_PODS if expected == _COUNT else 2**31)
    )


def fill(value: Object, defaults: Object) -> Object:
    """`value` with the defaults for what it lacks, at any depth."""
    result = dict(value)
    for key, default in defaults.items():
        present = value.get(key)
        if present is None:
            result[key] = default
        elif isinstance(present, dict) and isinstance(default, dict):
            result[key] = fill(present, default)
    return result


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def admit(kind: Kind, obj: Object, old: Object | None, serial: int) -> Object:
    """The object as it is stored. `serial` is a number never given before. Raises 400, 422, 501."""
    obj = without_nulls(obj)
    labels = "spec.selector" if kind.name == "Service" else "spec.selector.matchLabels"
    for path, expected in (_EXPECTED | {labels: "strings"}).items():
        value = lookup(obj, path)
        if value is not None and not _fits(value, expected):
            raise bad_request(f"{kind.name} in version {kind.api_version}: {path} must be {expected}")
    try:
        obj = _default(kind, obj, old, serial)
        problems = [*_problems(kind, obj), *(_changes(kind, obj, old) if old else ())]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise bad_request(f"the emulated API cannot read this {kind.name}: {error!r}") from error
    if problems:
        raise invalid(kind, obj["metadata"]["name"], problems)
    return obj


def _default(kind: Kind, obj: Object, old: Object | None, serial: int) -> Object:
    obj = fill(obj, _DEFAULTS.get(kind.name, {}))
    match kind.name:
        case "Namespace":
            label = {"kubernetes.io/metadata.name": obj["metadata"]["name"]}
            obj["metadata"] = fill(obj["metadata"], {"labels": label})
        case "Secret" if plain := obj.pop("stringData", None):
            encoded = {key: base64.b64encode(text.encode()).decode() for key, text in plain.items()}
            obj["data"] = obj.get("data", {}) | encoded
        case "Service":
            _default_service(obj["spec"], (old or {}).get("spec", {}), serial)
        case "Deployment" if obj["spec"]["strategy"]["type"] == "RollingUpdate":
            rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
            obj["spec"] = fill(obj["spec"], {"strategy": {"rollingUpdate": rolling}})
        case "StatefulSet" if lookup(obj, "spec.updateStrategy.rollingUpdate.partition"):
            raise cannot("hold back a part of a StatefulSet (updateStrategy.rollingUpdate.partition)")
        case "Job":
            _label_job(obj, (old or obj)["metadata"]["uid"])
    _default_pod(kind, obj)
    return obj


def _default_service(spec: Object, old: Object, serial: int) -> None:
    if spec["type"] != "ExternalName":
        address = old.get("clusterIP") or f"10.96.{serial >> 8 & 255}.{serial & 255}"
        spec.setdefault("clusterIP", address)
        spec.setdefault("clusterIPs", [spec["clusterIP"]])
    ports = spec.get("ports", [])
    spec["ports"] = [fill(port, {"protocol": "TCP", "targetPort": port["port"]}) for port in ports]


def _label_job(obj: Object, uid: str) -> None:
    prefix, name = "batch.kubernetes.io/", obj["metadata"]["name"]
    labels = {
        f"{prefix}controller-uid": uid,
        "controller-uid": uid,
        f"{prefix}job-name": name,
        "job-name": name,
    }
    selector = {"matchLabels": {f"{prefix}controller-uid": uid}}
    obj["spec"] = fill(obj["spec"], {"selector": selector, "template": {"metadata": {"labels": labels}}})


def _default_pod(kind: Kind, obj: Object) -> None:
    holder = obj if kind.name == "Pod" else lookup(obj, "spec.template")
    if kind.name in _PODS and holder and "spec" in holder:
        spec = holder["spec"] = fill(holder["spec"], _POD)
        for container in [*spec.get("containers", ()), *spec.get("initContainers", ())]:
            for port in container.get("ports", ()):
                port.setdefault("protocol", "TCP")  # half of the key by which ports are merged


def _problems(kind: Kind, obj: Object) -> list[tuple[str, str]]:
    name = obj["metadata"]["name"]
    allowed = _RBAC_NAME if kind.group.startswith("rbac.") else _NAME
    if not allowed.fullmatch(name) or len(name) > _LONGEST_NAME:
        return [("metadata.name", f"Invalid value: {json.dumps(name)}: {_NAME_RULE}")]
    place = "spec.containers" if kind.name == "Pod" else "spec.template.spec.containers"
    if kind.name in _PODS and not all(
        container["name"] for container in lookup(obj, place) or [{"name": ""}]
    ):
        return [(place, "Required value")]
    if kind.name == "PodDisruptionBudget":
        selects(obj["spec"].get("selector"), {})  # raises when its controller could not read it
    if kind.name not in _WORKLOADS:
        return []
    if not obj["spec"].get("selector"):
        return [("spec.selector", "Required value")]
    labels = lookup(obj, "spec.template.metadata.labels") or {}
    if selects(obj["spec"]["selector"], labels):
        return []
    text = f"Invalid value: {json.dumps(labels)}: `selector` does not match template `labels`"
    return [("spec.template.metadata.labels", text)]


def _changes(kind: Kind, obj: Object, old: Object) -> list[tuple[str, str]]:
    if old.get("immutable") and any(
        obj.get(part) != old.get(part) for part in ("data", "binaryData", "immutable")
    ):
        return [("data", "Forbidden: field is immutable when `immutable` is set")]
    if kind.name == "StatefulSet" and _fixed(obj) != _fixed(old):
        allowed = ", ".join(f"'{field}'" for field in _STATEFUL_MUTABLE[:-1]) + " and 'minReadySeconds'"
        return [
            ("spec", f"Forbidden: updates to statefulset spec for fields other than {allowed} are forbidden")
        ]
    return [
        (path, f"Invalid value: {json.dumps(lookup(obj, path))}: field is immutable")
        for path in _IMMUTABLE.get(kind.name, ())
        if lookup(obj, path) != lookup(old, path)
    ]


def _fixed(obj: Object) -> Object:
    return {key: value for key, value in obj["spec"].items() if key not in _STATEFUL_MUTABLE}
