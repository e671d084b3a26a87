"""Making things when they are first needed: together the adapters take as long to import as a whole
`pipeline plan` takes without them.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """What `make` makes the first time, also for threads that ask at the same moment."""
    lock, made = threading.Lock(), functools.cache(make)

    def get() -> T:
        with lock:
            return made()

    return get


class _Late:
    """Stands for what `make` makes, which happens when somebody first asks for something of it."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = once(make)

    def __getattr__(self, name: str) -> object:
        return getattr(self._make(), name)


def late(make: Callable[[], T]) -> T:
    """A stand-in for what `make` makes."""
    return cast("T", _Late(make))
