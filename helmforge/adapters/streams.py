"""The pipes between us and a program, for `helmforge.adapters.process`."""

from __future__ import annotations

import threading
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LineSink:
    """Hands the lines of both streams to `on_line`, never two at once.

    When `on_line` fails, the streams must still be drained: the program would stop at a full pipe.
    """

    def __init__(self, on_line: Callable[[str], None] | None) -> None:
        self.failure: Exception | None = None
        self._on_line = on_line
        self._lock = threading.Lock()

    def put(self, line: str) -> None:
        with self._lock:
            if self._on_line is None or self.failure is not None:
                return
            try:
                self._on_line(line.rstrip("\r\n"))
            except Exception as error:  # noqa: BLE001 - raised again by Runner.run
                self.failure = error


class StreamReader:
    """Drains one stream in a thread of its own, so that no pipe ever fills up."""

    def __init__(self, stream: IO[bytes] | None, sink: LineSink) -> None:
        self._lines: list[bytes] = []
        self._thread = threading.Thread(target=self._drain, args=(stream, sink), daemon=True)
        self._thread.start()

    def _drain(self, stream: IO[bytes] | None, sink: LineSink) -> None:
        if stream is None:
            return
        with stream:
            for raw in stream:
                self._lines.append(raw)
                sink.put(decode(raw))

    def content(self, deadline: float) -> bytes:
        """All of it, or what came until `deadline` (of time.monotonic): a grandchild may hold the pipe
        open for ever.
        """
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return b"".join(self._lines)


def decode(content: bytes) -> str:
    return content.decode("utf-8", errors="backslashreplace")


def feed(stream: IO[bytes] | None, data: bytes) -> None:
    if stream is None:
        return
    try:
        with stream:
            stream.write(data)
    except BrokenPipeError:
        return  # the program did not want its input: its exit code speaks
