"""What an upgrade would change: the objects of two renderings, compared field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.charts.helm import Rendered

Changes = dict[str, tuple[object, object]]


@dataclass(frozen=True)
class Difference:
    """Objects as `Kind/name`; fields as `Kind/name: path.to.0.field` -> values before and after.

    Items that come or go at the front of a list do not count as a change of those behind them.
    """

    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    changed: Changes = field(default_factory=dict)


def difference(before: Rendered, after: Rendered) -> Difference:
    assert not before.failed, before.text
    assert not after.failed, after.text
    old, new = before.by_name(), after.by_name()
    assert (len(old), len(new)) == (len(before.objects), len(after.objects)), "two objects of one name"
    changed: Changes = {}
    for name in old.keys() & new.keys():
        changed |= {f"{name}: {path}": change for path, change in _changes(old[name], new[name])}
    return Difference(new.keys() - old.keys(), old.keys() - new.keys(), changed)


def _changes(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, tuple[object, object]]]:
    kinds = {type(value) for value in (was, now) if value is not None}
    if kinds == {dict} and (was or now):
        was, now = was or {}, now or {}
        pairs = {str(key): (was.get(key), now.get(key)) for key in was.keys() | now.keys()}
    elif kinds == {list} and (was or now):
        pairs = dict(_items(was or [], now or []))
    else:
        if (type(was), was) != (type(now), now):
            yield path, (was, now)
        return
    for key, (old, new) in pairs.items():
        yield from _changes(old, new, f"{path}.{key}" if path else key)


def _items(was: list[Any], now: list[Any]) -> Iterator[tuple[str, tuple[object, object]]]:
    more = len(now) - len(was)
    if more > 0 and was and now[more:] == was:
        was, now = [], now[:more]
    elif more < 0 and now and was[-more:] == now:
        was, now = was[:-more], []
    for place, pair in enumerate(zip_longest(was, now)):
        yield str(place), pair
