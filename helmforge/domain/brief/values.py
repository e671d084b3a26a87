"""Keys of values that one environment sets and no other: often forgotten ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


# A deployment says these itself, whatever the values say
_SET = frozenset(("image", key) for key in ("repository", "tag", "digest"))


@dataclass(frozen=True)
class LoneKey:
    """`key` is the shortest path that no other environment has: `ingress.tls`."""

    environment: str
    key: str


def lone_keys(values: Mapping[str, Mapping[str, Any]]) -> tuple[LoneKey, ...]:
    """`values` are those of each environment; lists count as one value. Where the image is does not count:
    each deployment sets it.
    """
    paths = {environment: set(_paths(data, ())) for environment, data in values.items()}
    found = []
    for environment, own in paths.items():
        others = set().union(*(other for name, other in paths.items() if name != environment))
        lone = {path for path in own if path not in others}
        found += [LoneKey(environment, ".".join(path)) for path in sorted(lone) if path[:-1] not in lone]
    return tuple(found)


def _paths(data: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        path = (*above, str(key))
        below = list(_paths(value, path)) if isinstance(value, dict) else []
        if path not in _SET and (below or not (isinstance(value, dict) and value)):
            yield path
        yield from below
