"""The objects that a promotion would add, remove and change, with their secrets masked."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from helmforge.domain.brief.masking import masked, secret_values
from helmforge.domain.chart_effect import effect, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Of the objects themselves: they differ with every version, and nothing follows from it
_VERSION_LABELS = frozenset({"app.kubernetes.io/version", "helm.sh/chart"})
_MOST_LINES = 4000  # of one object: comparing takes the square of it


class Action(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class ObjectDifference:
    """`name` is kind/name; `effect` says how much it disturbs what runs, `fields` where it differs; `lines`
    is a unified diff without its header.
    """

    name: str
    action: Action
    effect: str
    fields: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """`since` is the version that was compared with, "" for none. The most disturbing objects come first."""

    since: str
    objects: tuple[ObjectDifference, ...]
    unchanged: int


def compare(
    since: str,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    dump: Callable[[Mapping[str, Any]], str],
) -> Difference:
    """`dump` writes an object as the text that is compared. Labels with the version are left out."""
    old, new = ({identity(one): _unlabelled(one) for one in objects} for objects in (before, after))
    known = secret_values([*before, *after])
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    found = [_difference(old.get(key), new.get(key), known, dump) for key in keys]
    found.sort(key=lambda pair: -pair[0])
    return Difference(since, tuple(one for _, one in found), len({*old, *new}) - len(keys))


def _unlabelled(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = manifest.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(labels, dict):
        return manifest
    kept = {name: value for name, value in labels.items() if name not in _VERSION_LABELS}
    return {**manifest, "metadata": {**metadata, "labels": kept}}


def _difference(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    known: frozenset[str],
    dump: Callable[[Mapping[str, Any]], str],
) -> tuple[int, ObjectDifference]:
    shown = new if new is not None else old or {}
    kind, _, _, name = identity(shown)
    found = effect([old] if old else [], [new] if new else [])
    action = Action.ADDED if old is None else Action.REMOVED if new is None else Action.CHANGED
    fields = tuple(one.detail for one in found.objects) if action is Action.CHANGED else ()
    before, after = masked(old, new, known)
    lines = _unified(_lines(before, dump), _lines(after, dump))
    one = ObjectDifference(f"{kind}/{name}", action, str(found.disturbance), fields, lines)
    return int(found.disturbance), one


def _lines(manifest: Mapping[str, Any] | None, dump: Callable[[Mapping[str, Any]], str]) -> list[str]:
    return dump(manifest).splitlines() if manifest is not None else []


def _unified(old: list[str], new: list[str]) -> tuple[str, ...]:
    if max(len(old), len(new)) > _MOST_LINES:
        return (f"too large to be compared: {len(old)} lines before, {len(new)} after",)
    return tuple(difflib.unified_diff(old, new, n=3, lineterm=""))[2:]
