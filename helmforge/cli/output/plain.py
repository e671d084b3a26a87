"""Progress as plain lines, for logs: Jenkins, and everywhere without a terminal. No escapes, no colours."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean
from helmforge.flows.events import Status, StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.flows.events import Outcome, RunEvent

_TAIL = 15
_LONGEST = 8000  # characters of a line: logs of CI systems are not made for more
_TIMED = {Status.DONE, Status.FAILED, Status.INTERRUPTED}


class PlainLines:
    """A line when a step starts and when it ends. A tool's own lines are shown with `verbose`; without it
    they are kept and the last ones shown when the step fails.
    """

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._tails: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def __call__(self, event: RunEvent) -> None:
        with self._lock:
            for line in self._lines(event):
                click.echo(line, err=True)

    def _lines(self, event: RunEvent) -> Iterator[str]:
        match event:
            case StepStarted():
                yield started_line(event)
            case StepOutput(line=line) if self._verbose:
                yield f"{event.service} | {tool_line(line)}"
            case StepOutput(line=line):
                tail = self._tails.setdefault(event.id, [])
                tail.append(line)
                del tail[:-_TAIL]
            case StepFinished(outcome=outcome):
                tail = self._tails.pop(event.id, [])
                if outcome.status is Status.FAILED:
                    yield from (f"{event.service} | {tool_line(line)}" for line in tail)
                yield finished_line(event)


def started_line(event: StepStarted) -> str:
    return f"{event.service} | {clean(event.title)} ..."


def finished_line(event: StepFinished) -> str:
    return f"{event.service} | {finished_text(event.title, event.outcome)}"


def finished_text(title: str, outcome: Outcome) -> str:
    seconds = f" ({outcome.seconds:.1f} s)" if outcome.status in _TIMED else ""
    reason = f": {clean(outcome.reason)}" if outcome.reason else ""
    return f"{clean(title)}: {outcome.status.value}{reason}{seconds}"


def tool_line(line: str) -> str:
    """Indented, so that it never begins a line, and cut where it is longer than anybody reads."""
    cut = f" ... ({len(line)} characters)" if len(line) > _LONGEST else ""
    return f"  {clean(line[:_LONGEST])}{cut}"
