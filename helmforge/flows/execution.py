"""Runs a plan: independent chains side by side."""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted
from helmforge.flows.step_runners import run_step
from helmforge.flows.summary import NOT_STARTED, Summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from helmforge.domain.plan import Plan, PlannedStep, Step
    from helmforge.flows.events import RunEvent, Sink
    from helmforge.flows.step_runners import StepRunners

GRACE_SECONDS = 7.0
"""CI systems end a cancelled job soon: GitHub Actions signals again after 7.5 s and kills after 10 s."""

_SIGNAL_SECONDS = 0.2
"""Ctrl-C reaches the tools as well, and a tool's end may be seen before our own interruption."""

_WAKE_SECONDS = 0.2
"""Python runs a signal's handler between two instructions of its main thread: a signal that comes just before
that thread begins to wait is heard when the wait ends, so none may be long.
"""


def execute(
    plan: Plan, runners: StepRunners, sink: Sink, *, jobs: int, interrupt: Callable[[], None]
) -> Summary:
    """Runs every step whose needs were met; the failure of one service does not stop the others.

    On an interruption no further step starts, `interrupt` ends the tools that run, and the summary says
    so: at the latest after GRACE_SECONDS, in which steps give back their Leases. A step that hangs in a
    request of its own is left behind, unheard (`helmforge.__main__` ends its thread).
    """
    steps = _Steps(runners, sink)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="step")
    try:
        outcomes = _schedule(plan, steps, pool)
    except BaseException as error:
        steps.stop()
        pool.shutdown(wait=False, cancel_futures=True)
        _end(steps, interrupt)
        known = steps.leave()
        if not isinstance(error, KeyboardInterrupt):
            raise
        return Summary(plan, {step.id: known.get(step.id, NOT_STARTED) for step in plan}, interrupted=True)
    pool.shutdown()
    return Summary(plan, {planned.id: outcomes[planned.id] for planned in plan})


def _schedule(plan: Plan, steps: _Steps, pool: ThreadPoolExecutor) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    running: dict[Future[Outcome], PlannedStep] = {}
    waiting = list(plan)
    while waiting or running:
        ready, waiting = _partition(waiting, outcomes, steps)
        running |= {pool.submit(steps.run, planned.step): planned for planned in ready}
        done, _ = wait(running, timeout=_WAKE_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            outcomes[running.pop(future).id] = future.result()
    return outcomes


def _partition(
    waiting: list[PlannedStep], outcomes: dict[str, Outcome], steps: _Steps
) -> tuple[list[PlannedStep], list[PlannedStep]]:
    """Those that can start and those that cannot yet. What never can gets its outcome."""
    ready: list[PlannedStep] = []
    rest: list[PlannedStep] = []
    for planned in waiting:
        blocked = [need for need in planned.needs if need in outcomes and not outcomes[need].good]
        if blocked:
            outcomes[planned.id] = steps.skip(planned.step, reason=f"needs {blocked[0]}")
        else:
            (ready if all(need in outcomes for need in planned.needs) else rest).append(planned)
    return ready, rest


def _end(steps: _Steps, interrupt: Callable[[], None]) -> None:
    """`interrupt` again, for certain, when steps take too long or the user loses patience."""
    deadline = time.monotonic() + GRACE_SECONDS
    try:
        interrupt()
        ended = steps.wait(max(0.0, deadline - time.monotonic()))
    except KeyboardInterrupt:
        interrupt()
        raise
    if not ended:
        interrupt()


class _Steps:
    """Runs single steps, in threads, and knows which have begun, however their threads were started: an
    interruption may come between any two instructions of the main thread.
    """

    def __init__(self, runners: StepRunners, sink: Sink) -> None:
        self._runners = runners
        self._sink = sink
        self._outcomes: dict[str, Outcome] = {}
        self._running: set[str] = set()
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._left = threading.Event()

    def stop(self) -> None:
        """No other one starts, and one that fails now fails for this reason, unless a rule refused it."""
        with self._changed:
            self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Whether all that had begun ended in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def leave(self) -> dict[str, Outcome]:
        """How those ended that had begun, or were skipped. Nobody listens to the others any more."""
        with self._changed:
            self._left.set()
            return dict.fromkeys(self._running, Outcome(Status.INTERRUPTED)) | self._outcomes

    def skip(self, step: Step, *, reason: str) -> Outcome:
        outcome = Outcome(Status.NOT_DONE, reason=reason)
        self._record(step, outcome)
        self._tell_end(step, outcome)
        return outcome

    def run(self, step: Step) -> Outcome:
        with self._changed:
            if self._stopped.is_set():
                return NOT_STARTED
            self._running.add(step.id)
        outcome = Outcome(Status.INTERRUPTED)
        try:
            outcome = self._run(step)
            self._tell_end(step, outcome)
        finally:
            self._record(step, outcome)
        return outcome

    def _run(self, step: Step) -> Outcome:
        self._tell(StepStarted(step.id, step.service.name, step.title))
        began = time.monotonic()
        outcome = run_step(
            step,
            self._runners[type(step)],
            lambda line: self._tell(StepOutput(step.id, step.service.name, line)),
        )
        seconds = time.monotonic() - began
        no_refusal = outcome.error is not None and not isinstance(outcome.error, RefusedError)
        if no_refusal and self._stopped.wait(_SIGNAL_SECONDS):
            outcome = Outcome(Status.INTERRUPTED)
        return replace(outcome, seconds=seconds)

    def _record(self, step: Step, outcome: Outcome) -> None:
        with self._changed:
            self._running.discard(step.id)
            self._outcomes[step.id] = outcome
            self._changed.notify_all()

    def _tell_end(self, step: Step, outcome: Outcome) -> None:
        self._tell(StepFinished(step.id, step.service.name, step.title, outcome))

    def _tell(self, event: RunEvent) -> None:
        if not self._left.is_set():
            self._sink(event)
