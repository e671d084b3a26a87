"""How often a broken exchange is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.registry.problems import bare_url
from helmforge.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.adapters.registry.calls import Call

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_MOST_BREAKS = 25


@dataclass(frozen=True)
class Failed:
    """One attempt. `pause`: the server's own wish, in seconds; `final`: another attempt cannot help."""

    why: str
    url: str
    pause: float | None = None
    final: bool = False


class Patience:
    """`attempts` in a row without progress are too many; so are 25 breaks where each got a little further."""

    def __init__(self, attempts: int, wait: Callable[[float], None]) -> None:
        self._attempts = attempts
        self._wait = wait
        self._in_vain = 0
        self._breaks = 0

    def bear(self, call: Call, failed: Failed) -> None:
        """Waits until the next attempt may be made. UnreachableError when there is none."""
        self._in_vain += 1
        self._breaks += 1
        too_often = self._in_vain >= self._attempts or self._breaks >= max(self._attempts, _MOST_BREAKS)
        if failed.final or too_often:
            raise _unreachable(call, failed, self._breaks)
        pause = _FIRST_PAUSE * 2 ** (self._in_vain - 1) if failed.pause is None else failed.pause
        self._wait(min(pause, _LONGEST_PAUSE))

    def progressed(self) -> None:
        """Bytes arrived that need not be sent again."""
        self._in_vain = 0


def _unreachable(call: Call, failed: Failed, attempts: int) -> UnreachableError:
    host = call.registry.host
    tries = "once" if attempts == 1 else f"{attempts} times"
    hint = "check the address and the network, or try again later"
    if failed.final:
        hint = (
            f"check the certificate of {host}; a registry without TLS needs "
            "`registry: {host: ..., insecure: true}`"
        )
    return UnreachableError(
        f"the registry {host} gave no usable answer",
        where=f"{call.method} {bare_url(failed.url)}",
        why=f"tried {tries}, last answer: {failed.why}",
        hint=hint,
    )
