"""Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_TOGETHER_SECONDS = 0.5


@contextmanager
def interruptible() -> Iterator[None]:
    """Both unwind the stack, so that children end and Leases are given back. Signals that come together are
    one interruption: a CI system sends SIGINT to the job's group and SIGTERM to its processes, and a second
    KeyboardInterrupt would break what the first has begun to tidy up. One that comes later is impatience.
    """
    raised = float("-inf")

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal raised
        if time.monotonic() - raised > _TOGETHER_SECONDS:
            raised = time.monotonic()
            raise KeyboardInterrupt

    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell's background job ignores it
        numbers.append(signal.SIGINT)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler or signal.SIG_DFL)
