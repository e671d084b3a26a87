"""Progress in CI systems that fold the output of each step into a group."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from helmforge.cli.output.plain import finished_line, started_line, tool_line
from helmforge.cli.printing import clean
from helmforge.flows.events import StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helmforge.cli.output.dialect import Dialect
    from helmforge.flows.events import RunEvent

_MOST_LINES = 20_000  # of a step that waits for its turn: the last ones tell why it failed


@dataclass
class _Group:
    """The lines of a step that runs; `open` when its group is being printed, `all` how many came."""

    title: str
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_LINES))
    open: bool = False
    all: int = 0


class Grouped:
    """A group appears line by line when steps run one after the other (`one_by_one`), otherwise when its
    step is finished, so that the lines of two steps never mix.
    """

    def __init__(self, dialect: Dialect, *, one_by_one: bool) -> None:
        self._dialect = dialect
        self._one_by_one = one_by_one
        self._groups: dict[str, _Group] = {}
        self._held: list[str] = []
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self, event: RunEvent) -> None:
        with self._lock:
            if self._closed:
                return
            _show(self._lines(event))

    def close(self) -> None:
        """Ends what is open, after an interruption too: also what a step left behind has said so far."""
        with self._lock:
            self._closed = True
            for step, group in self._groups.items():
                _show(self._rest(step, group))
            _show(self._released())

    def _lines(self, event: RunEvent) -> Iterator[str]:
        match event:
            case StepStarted():
                self._groups[event.id] = _Group(clean(f"{event.service} | {event.title}"))
                yield started_line(event)
            case StepOutput(line=line):
                yield from self._tool(event.id, line)
            case StepFinished():
                group = self._groups.pop(event.id, None)
                if group is None and any(one.open for one in self._groups.values()):
                    self._held.append(finished_line(event))  # it never ran, and another one's group is open
                    return
                yield from self._rest(event.id, group)
                yield finished_line(event)
                yield from self._released()

    def _tool(self, step: str, line: str) -> Iterator[str]:
        group = self._groups[step]
        if not self._one_by_one:
            group.lines.append(tool_line(line))
            group.all += 1
            return
        if not group.open:
            group.open = True
            yield from self._dialect.begin(step, group.title)
        yield tool_line(line)

    def _released(self) -> Iterator[str]:
        yield from self._held
        self._held.clear()

    def _rest(self, step: str, group: _Group | None) -> Iterator[str]:
        if group is None:
            return
        if group.lines:
            yield from self._dialect.begin(step, group.title)
            if group.all > len(group.lines):
                yield f"  ... ({group.all - len(group.lines)} lines before these)"
            yield from group.lines
        if group.lines or group.open:
            yield from self._dialect.end(step)


def _show(lines: Iterable[str]) -> None:
    """In one piece, with the escapes of GitLab's markers: click takes them out where no terminal is."""
    text = "\n".join(lines)
    if text:
        click.echo(text, err=True, color=True)


@contextmanager
def grouped(dialect: Dialect, *, one_by_one: bool) -> Iterator[Grouped]:
    sink = Grouped(dialect, one_by_one=one_by_one)
    try:
        yield sink
    finally:
        sink.close()
