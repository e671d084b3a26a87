"""Renderers of what happens while a plan runs: plain lines, a live view, JSON lines. All on stderr
but the JSON, which is the result of `-o json`.
"""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean
from helmforge.flows.events import Status, StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.flows.events import Outcome, RunEvent, Sink

_TAIL = 15
_TIMED = {Status.DONE, Status.FAILED, Status.INTERRUPTED}
_COLOURS = {
    Status.DONE: "green",
    Status.SKIPPED: "cyan",
    Status.FAILED: "red",
    Status.INTERRUPTED: "yellow",
    Status.NOT_DONE: "yellow",
}


@contextmanager
def renderer(output: str, *, verbose: bool) -> Iterator[Sink]:
    """The sink for `-o output`: JSON lines, the live view on a terminal, plain lines elsewhere."""
    if output == "json":
        yield JsonLines()
    elif sys.stderr.isatty() and not verbose:
        with _live() as sink:
            yield sink
    else:
        yield PlainLines(verbose=verbose)


class JsonLines:
    """One JSON object per event on stdout; `v` is the version of this format (docs/events.md)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, event: RunEvent) -> None:
        with self._lock:
            click.echo(json.dumps(_document(event), sort_keys=True))


def _document(event: RunEvent) -> Mapping[str, object]:
    base: dict[str, object] = {"v": 1, "step": event.id, "service": event.service}
    match event:
        case StepStarted(title=title):
            return base | {"event": "started", "title": title}
        case StepOutput(line=line):
            return base | {"event": "output", "line": line}
        case StepFinished(title=title, outcome=outcome):
            return base | {"event": "finished", "title": title} | outcome_document(outcome)


def outcome_document(outcome: Outcome) -> dict[str, object]:
    document: dict[str, object] = {
        "status": outcome.status.value,
        "facts": dict(outcome.facts),
        "seconds": round(outcome.seconds, 3),
    }
    if outcome.reason:
        document["reason"] = outcome.reason
    error = outcome.error
    if error is not None:
        document["error"] = {
            "what": error.what,
            "where": error.where,
            "why": error.why,
            "hint": error.hint,
            "exitCode": int(error.exit_code),
        }
    return document


class PlainLines:
    """For logs: a line when a step starts and when it ends. A tool's own lines are shown with
    `verbose`; without it they are kept and the last ones shown when the step fails.
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
        service = event.service
        match event:
            case StepStarted(title=title):
                yield f"{service} | {clean(title)} ..."
            case StepOutput(line=line) if self._verbose:
                yield f"{service} |   {clean(line)}"
            case StepOutput(line=line):
                tail = self._tails.setdefault(event.id, [])
                tail.append(line)
                del tail[:-_TAIL]
            case StepFinished(title=title, outcome=outcome):
                if outcome.status is Status.FAILED:
                    yield from (f"{service} |   {clean(line)}" for line in self._tails.pop(event.id, ()))
                yield f"{service} | {finished_text(title, outcome)}"


def finished_text(title: str, outcome: Outcome) -> str:
    seconds = f" ({outcome.seconds:.1f} s)" if outcome.status in _TIMED else ""
    reason = f": {clean(outcome.reason)}" if outcome.reason else ""
    return f"{clean(title)}: {outcome.status.value}{reason}{seconds}"


@contextmanager
def _live() -> Iterator[Sink]:
    """One spinner line per running step with its newest output line; finished steps scroll up."""
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[line]}", style="dim", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {}

        def sink(event: RunEvent) -> None:
            match event:
                case StepStarted(title=title):
                    name = clean(f"{event.service}: {title}")
                    tasks[event.id] = progress.add_task(name, total=None, line="")
                case StepOutput(line=line):
                    progress.update(tasks[event.id], line=clean(line)[:80])
                case StepFinished(title=title, outcome=outcome):
                    if event.id in tasks:
                        progress.remove_task(tasks.pop(event.id))
                    text = f"{event.service}: {finished_text(title, outcome)}"
                    progress.console.print(Text(text, style=_COLOURS[outcome.status]))

        yield sink
