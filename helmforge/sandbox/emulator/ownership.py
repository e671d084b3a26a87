"""Server-side apply: who set which field, conflicts, and removal of fields that left an applied set.

Owners live beside the objects; `managedFields` is not shown to clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator.merge import item_key, strategic_merge
from helmforge.sandbox.emulator.status import ApiError

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object

Path = tuple[Any, ...]  # field names, and item keys ((name, value), ...) for items of merged lists
Owners = dict[str, set[Path]]  # by manager

_SYSTEM = ("creationTimestamp", "deletionTimestamp", "generateName", "generation", "managedFields", "name")
_UNOWNED = {
    ("apiVersion",),
    ("kind",),
    ("status",),
    ("metadata", "namespace"),
    ("metadata", "resourceVersion"),
}
_UNOWNED |= {("metadata", "uid"), ("metadata", "selfLink"), *(("metadata", name) for name in _SYSTEM)}
_ATOMIC = {"selector", "nodeSelector", "resourceFieldRef", "secretKeyRef", "configMapKeyRef", "fieldRef"}


def fields_of(obj: Object) -> dict[Path, Any]:
    """The leaves that a manager can own, with their values."""
    return {leaf: value for leaf, value in _leaves(obj, ()).items() if not _UNOWNED & {leaf[:1], leaf[:2]}}


def _parts(value: Any, path: Path) -> dict[Path, Any]:  # noqa: ANN401 - a JSON value
    """The children of a value that is merged rather than replaced, by their paths."""
    field = path[-1] if path else ""
    if isinstance(value, dict) and field not in _ATOMIC:
        return {(*path, key): part for key, part in value.items()}
    if isinstance(value, list) and value and isinstance(field, str) and item_key(field, value[0]):
        return {(*path, item_key(field, item)): item for item in value}
    return {}


def _leaves(value: Any, path: Path) -> dict[Path, Any]:  # noqa: ANN401 - a JSON value
    parts = _parts(value, path)
    below = {leaf: data for sub, part in parts.items() for leaf, data in _leaves(part, sub).items()}
    return below or {path: value}


def _without(value: Any, gone: set[Path], path: Path = ()) -> Any:  # noqa: ANN401 - a JSON value
    parts = _parts(value, path)
    kept = {sub: _without(part, gone, sub) for sub, part in parts.items() if sub not in gone}
    if not parts:
        return value
    return list(kept.values()) if isinstance(value, list) else {sub[-1]: part for sub, part in kept.items()}


def _prefixes(paths: set[Path]) -> set[Path]:
    return {path[:end] for path in paths for end in range(1, len(path) + 1)}


def apply(live: Object, applied: Object, owners: Owners, manager: str, *, force: bool) -> Object:
    """The merged object. Raises 409 when another manager holds one of the fields with another value."""
    wanted, current = fields_of(applied), fields_of(live)
    differing = {path for path, value in wanted.items() if current.get(path) != value}
    rivals = {other: paths & differing for other, paths in sorted(owners.items()) if other != manager}
    conflicts = [(other, path) for other, paths in rivals.items() for path in paths]
    if conflicts and not force:
        raise _conflict(conflicts)
    for other, path in conflicts:
        owners[other].discard(path)
    former, owners[manager] = owners.get(manager, set()), set(wanted)
    gone = _prefixes(former).difference(*map(_prefixes, owners.values()))
    replaced = {path for path in wanted if path[-1] in _ATOMIC}
    merged: Object = strategic_merge(_without(live, gone | replaced), applied)
    return merged


def record_update(before: Object, after: Object, owners: Owners, manager: str) -> None:
    """A create, replace or patch makes its manager the only owner of what it changed."""
    old, new = fields_of(before), fields_of(after)
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    for held in owners.values():
        held.difference_update(changed)
    owners.setdefault(manager, set()).update(changed & new.keys())


def _conflict(conflicts: list[tuple[str, Path]]) -> ApiError:
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": _text(path)}
        for manager, path in conflicts
    ]
    listed = ", ".join(f"{cause['message']}: {cause['field']}" for cause in causes)
    message = f"Apply failed with {len(causes)} conflict{'s' * (len(causes) > 1)}: {listed}"
    return ApiError(409, "Conflict", message, {"causes": causes})


def _text(path: Path) -> str:
    keyed = (
        ",".join(f'{name}="{value}"' for name, value in part) for part in path if not isinstance(part, str)
    )
    return "".join(f".{part}" if isinstance(part, str) else f"[{next(keyed)}]" for part in path)
