"""The patch types: JSON merge (RFC 7386) and strategic merge."""

from __future__ import annotations

from typing import Any

# Lists whose items are merged by these keys; every other list is replaced as a whole.
# Source: patchMergeKey and listMapKey in the types of k8s.io/api.
_LIST_KEYS: dict[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
ItemKey = tuple[tuple[str, Any], ...]


def item_key(field: str, item: object) -> ItemKey | None:
    """What identifies an item of the list `field`; None when the list is replaced as a whole."""
    if not isinstance(item, dict):
        return None
    if field == "ports":
        number = "containerPort" if "containerPort" in item else "port"
        return ((number, item.get(number)), ("protocol", item.get("protocol", "TCP")))
    names = _LIST_KEYS.get(field)
    return tuple((name, item.get(name)) for name in names) if names else None


def json_merge(target: Any, patch: Any) -> Any:  # noqa: ANN401 - JSON values
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = json_merge(result.get(key), value)
    return result


def strategic_merge(target: Any, patch: Any, field: str = "") -> Any:  # noqa: ANN401 - JSON values
    """`$setElementOrder` is ignored: items keep their place and new ones go to the end."""
    if isinstance(patch, list):
        return _merge_list(target or [], patch, field)
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [item for item in result.get(name, []) if item not in value]
        elif value is None:
            result.pop(key, None)
        elif not key.startswith("$"):
            result[key] = strategic_merge(result.get(key), value, key)
    keep = patch.get("$retainKeys")
    return {key: value for key, value in result.items() if keep is None or key in keep}


def _merge_list(target: list[Any], patch: list[Any], field: str) -> list[Any]:
    if field == "finalizers":
        return target + [item for item in patch if item not in target]
    if {"$patch": "replace"} in patch:
        return [item for item in patch if item != {"$patch": "replace"}]
    if not patch or item_key(field, patch[0]) is None:
        return patch
    result = list(target)
    for item in patch:
        key = item_key(field, item)
        place = next((i for i, old in enumerate(result) if item_key(field, old) == key), None)
        if item.get("$patch") == "delete":
            result = [old for i, old in enumerate(result) if i != place]
        elif place is None:
            result.append(item)
        else:
            result[place] = strategic_merge(result[place], item)
    return result
