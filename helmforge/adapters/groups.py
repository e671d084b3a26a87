"""Process groups of programs that were started with one of their own, for `helmforge.adapters.process`."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Sequence


def groups_of(children: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    """Of those that still run and lead one."""
    found = []
    for child in children:
        with suppress(ProcessLookupError):
            if child.poll() is None and os.getpgid(child.pid) == child.pid:
                found.append(child.pid)
    return found


def signal_groups(groups: Iterable[int], number: int) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
