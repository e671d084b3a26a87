"""Runs a plan: independent chains side by side, every effect as probe -> act -> confirm."""

from __future__ import annotations

import threading
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from helmforge.errors import HelmforgeError, InternalError, RefusedError, StepError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted
from helmforge.flows.summary import NOT_STARTED, Summary, interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from helmforge.domain.plan import Plan, PlannedStep, Step
    from helmforge.flows.events import Facts, RunEvent, Sink
    from helmforge.flows.ports import Log

GRACE_SECONDS = 7.0
"""CI systems end a cancelled job soon: GitHub Actions signals again after 7.5 s and kills after 10 s."""

_SIGNAL_SECONDS = 0.2
"""Ctrl-C reaches the tools as well, and a tool's end may be seen before our own interruption."""


@dataclass(frozen=True)
class Nothing:
    """A check's answer when there was nothing to check, and why."""

    reason: str


@dataclass(frozen=True)
class Check:
    """A step that changes nothing outside: it raises, or returns what it found."""

    run: Callable[[Any, Log], Facts | Nothing]


@dataclass(frozen=True)
class Effect:
    """A step that changes the world.

    `probe` returns the facts when the world already has the result, None otherwise. After `act` the
    world is asked again, by `confirm` where that is another question; `act` returns the facts when it
    has asked already, under a lock of its own.
    """

    probe: Callable[[Any], Facts | None]
    act: Callable[[Any, Log], Facts | None]
    confirm: Callable[[Any], Facts | None] | None = None
    already: str = "already there"


StepRunner: TypeAlias = "Check | Effect"
StepRunners: TypeAlias = "Mapping[type[Step], StepRunner]"


def execute(
    plan: Plan, runners: StepRunners, sink: Sink, *, jobs: int, interrupt: Callable[[], None]
) -> Summary:
    """Runs every step whose needs were met; the failure of one service does not stop the others.

    On an interruption no further step starts, `interrupt` ends the tools that run, and the summary says
    so: at the latest after GRACE_SECONDS, in which steps give back their Leases. A step that hangs in a
    request of its own is left behind, unheard (`helmforge.__main__` ends its thread).
    """
    outcomes: dict[str, Outcome] = {}
    running: dict[Future[Outcome], PlannedStep] = {}
    waiting = list(plan)
    steps = _Steps(runners, sink)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="step")
    try:
        while waiting or running:
            waiting = _start_ready(
                waiting,
                outcomes,
                sink,
                lambda planned: running.setdefault(pool.submit(steps.run, planned.step), planned),
            )
            if not running:
                continue
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                outcomes[running.pop(future).id] = future.result()
    except BaseException as error:
        steps.interrupted.set()
        pool.shutdown(wait=False, cancel_futures=True)
        _end([future for future in running if not future.cancelled()], interrupt)
        steps.left.set()
        if not isinstance(error, KeyboardInterrupt):
            raise
        return interrupted(plan, outcomes, running)
    pool.shutdown()
    return Summary(plan, {planned.id: outcomes[planned.id] for planned in plan})


def _end(running: list[Future[Outcome]], interrupt: Callable[[], None]) -> None:
    """`interrupt` again, for certain, when steps take too long or the user loses patience."""
    deadline = time.monotonic() + GRACE_SECONDS
    try:
        interrupt()
        hanging = wait(running, timeout=max(0.0, deadline - time.monotonic())).not_done
    except KeyboardInterrupt:
        interrupt()
        raise
    if hanging:
        interrupt()


def _start_ready(
    waiting: list[PlannedStep],
    outcomes: dict[str, Outcome],
    sink: Sink,
    start: Callable[[PlannedStep], object],
) -> list[PlannedStep]:
    """Starts what can start, marks what never can, and returns the rest."""
    rest = []
    for planned in waiting:
        blocked = [need for need in planned.needs if need in outcomes and not outcomes[need].good]
        if blocked:
            outcome = Outcome(Status.NOT_DONE, reason=f"needs {blocked[0]}")
            outcomes[planned.id] = outcome
            sink(StepFinished(planned.id, planned.step.service.name, planned.step.title, outcome))
        elif all(need in outcomes for need in planned.needs):
            start(planned)
        else:
            rest.append(planned)
    return rest


@dataclass(frozen=True)
class _Steps:
    """Runs single steps, in threads. `interrupted`: no other one starts, and one that fails now fails for
    this reason, unless a rule refused it. `left`: nobody listens any more.
    """

    runners: StepRunners
    sink: Sink
    interrupted: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    def run(self, step: Step) -> Outcome:
        if self.interrupted.is_set():
            return NOT_STARTED
        name = step.service.name
        self._tell(StepStarted(step.id, name, step.title))
        began = time.monotonic()
        outcome = _run_step(
            step, self.runners[type(step)], lambda line: self._tell(StepOutput(step.id, name, line))
        )
        seconds = time.monotonic() - began
        no_refusal = outcome.error is not None and not isinstance(outcome.error, RefusedError)
        if no_refusal and self.interrupted.wait(_SIGNAL_SECONDS):
            outcome = Outcome(Status.INTERRUPTED)
        outcome = replace(outcome, seconds=seconds)
        self._tell(StepFinished(step.id, name, step.title, outcome))
        return outcome

    def _tell(self, event: RunEvent) -> None:
        if not self.left.is_set():
            self.sink(event)


def _run_step(step: Step, runner: StepRunner, log: Log) -> Outcome:
    try:
        return _check(step, runner, log) if isinstance(runner, Check) else _effect(step, runner, log)
    except HelmforgeError as error:
        facts = error.facts if isinstance(error, StepError) else {}
        return Outcome(Status.FAILED, facts, reason=error.what, error=error)
    except Exception as error:  # noqa: BLE001 - our own defect in one service must not end the others
        internal = InternalError(
            f"internal error: {type(error).__name__}",
            where=f"step {step.id}",
            why="".join(traceback.format_exception(error)[-3:]).strip(),
            hint="report it; the other services went on",
        )
        return Outcome(Status.FAILED, reason=internal.what, error=internal)


def _check(step: Step, runner: Check, log: Log) -> Outcome:
    found = runner.run(step, log)
    if isinstance(found, Nothing):
        return Outcome(Status.SKIPPED, reason=found.reason)
    return Outcome(Status.DONE, facts=found)


def _effect(step: Step, runner: Effect, log: Log) -> Outcome:
    facts = runner.probe(step)
    if facts is not None:
        return Outcome(Status.SKIPPED, facts=facts, reason=runner.already, effect=True)
    facts = runner.act(step, log)
    if facts is None:
        facts = (runner.confirm or runner.probe)(step)
    if facts is None:
        raise StepError(
            f"{step.title}: done, but the result is not to be seen",
            why="the step reported success and the check afterwards did not find its result",
            hint="run the same command again; if it stays, something else is undoing the step",
        )
    return Outcome(Status.DONE, facts=facts, effect=True)
