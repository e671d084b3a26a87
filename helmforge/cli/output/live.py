"""Progress on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from helmforge.cli.output.plain import finished_text
from helmforge.cli.printing import clean
from helmforge.flows.events import Status, StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.flows.events import RunEvent, Sink

_COLOURS = {
    Status.DONE: "green",
    Status.SKIPPED: "cyan",
    Status.FAILED: "red",
    Status.INTERRUPTED: "yellow",
    Status.NOT_DONE: "yellow",
}


@contextmanager
def live() -> Iterator[Sink]:
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
