"""One command that runs a plan: what it prints while it works, how it ends, what it leaves behind."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from helmforge.cli.boundary import interruption, render_error
from helmforge.cli.output import files
from helmforge.cli.output.leaving import leave
from helmforge.cli.output.renderers import dialect_of, renderer
from helmforge.cli.output.report import Report, Subject
from helmforge.cli.printing import clean
from helmforge.cli.summaries import print_summary
from helmforge.errors import ExitCode, HelmforgeError
from helmforge.flows.events import StepFinished
from helmforge.flows.summary import NOT_STARTED, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helmforge.cli.output.options import RunOptions
    from helmforge.domain.ci import Ci
    from helmforge.domain.plan import Plan
    from helmforge.flows.events import Outcome, RunEvent, Sink


class Session:
    def __init__(self, options: RunOptions, ci: Ci) -> None:
        self._options = options
        self._ci = ci
        self._dialect = None if options.output == "json" else dialect_of(ci.system)

    @contextmanager
    def preparing(self, command: str) -> Iterator[None]:
        """An error before the first step is in the reports, too."""
        for path in (self._options.junit, self._options.summary, self._options.dotenv):
            if path is not None:
                files.make_room(path)
        try:
            yield
        except HelmforgeError as error:
            self._leave(Report(Subject(command), failure=error))
            raise

    def run(self, subject: Subject, plan: Plan, execute: Callable[[Sink], Summary], *, jobs: int = 1) -> None:
        """Runs `plan` by means of `execute`, and ends the command with its exit code. What comes between,
        such as a second Ctrl-C, finds reports of what was done until then.
        """
        one_by_one = jobs == 1 or len(plan.by_service) <= 1
        with renderer(
            self._options.output,
            self._dialect,
            self._ci.system,
            verbose=self._options.verbose,
            one_by_one=one_by_one,
        ) as sink:
            kept = _Kept(sink)
            try:
                summary = execute(kept)
            except BaseException:
                self._leave(Report(subject, kept.summary(plan)))
                raise
        self.finish(Report(subject, summary))

    def finish(self, report: Report) -> None:
        summary, options = report.summary, self._options
        lost = self._leave(report)
        print_summary(summary, options.output, report.subject.idle)
        if options.output != "json":
            for note in summary.notes:
                click.echo(f"note: {clean(note)}", err=True)
            _tell(summary.errors)
            self._annotate(summary.errors)
        if summary.interrupted:
            _tell([interruption()])
        code = summary.exit_code or (ExitCode.FAILED if lost else ExitCode.DONE)
        click.get_current_context().exit(int(code))

    def _annotate(self, errors: tuple[HelmforgeError, ...]) -> None:
        if self._dialect is not None and errors:
            from helmforge.cli.output.announcing import announce  # noqa: PLC0415 - failures only

            announce(self._dialect, errors)

    def _leave(self, report: Report) -> list[HelmforgeError]:
        """What could not be written is told, and does not keep the rest from being written."""
        lines, lost = leave(report, self._options, self._ci, self._dialect)
        for line in lines:
            click.echo(line, err=True)
        _tell(lost)
        return lost


class _Kept:
    """Passes events on, and keeps how steps ended."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._outcomes: dict[str, Outcome] = {}

    def __call__(self, event: RunEvent) -> None:
        if isinstance(event, StepFinished):
            self._outcomes[event.id] = event.outcome
        self._sink(event)

    def summary(self, plan: Plan) -> Summary:
        """Of a run whose own summary never came."""
        return Summary(
            plan, {one.id: self._outcomes.get(one.id, NOT_STARTED) for one in plan}, interrupted=True
        )


def _tell(errors: tuple[HelmforgeError, ...] | list[HelmforgeError]) -> None:
    for error in errors:
        click.echo(render_error(error), err=True)
