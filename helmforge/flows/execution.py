"""Runs a plan: independent chains side by side, every effect as probe -> act -> confirm."""

from __future__ import annotations

import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from helmforge.errors import ExitCode, HelmforgeError, InternalError, StepError
from helmforge.flows.events import Outcome, Status, StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from helmforge.domain.plan import Plan, PlannedStep, Step
    from helmforge.flows.events import Facts, Sink
    from helmforge.flows.ports import Log


GRACE_SECONDS = 5.0
"""CI systems kill a cancelled job soon: GitHub Actions 10 s after its first signal."""


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
    world is asked again, by `confirm` where that is another question.
    """

    probe: Callable[[Any], Facts | None]
    act: Callable[[Any, Log], None]
    confirm: Callable[[Any], Facts | None] | None = None
    already: str = "already there"


StepRunner: TypeAlias = "Check | Effect"
StepRunners: TypeAlias = "Mapping[type[Step], StepRunner]"


@dataclass(frozen=True)
class Summary:
    """How each step of a plan ended, by step id, in the plan's order."""

    plan: Plan
    outcomes: Mapping[str, Outcome]

    @property
    def errors(self) -> tuple[HelmforgeError, ...]:
        return tuple(outcome.error for outcome in self.outcomes.values() if outcome.error)

    @property
    def exit_code(self) -> ExitCode:
        """The code of the errors when they agree, otherwise FAILED."""
        codes = {error.exit_code for error in self.errors}
        if not codes:
            return ExitCode.DONE
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED

    @property
    def changed(self) -> bool:
        return any(outcome.effect and outcome.status is Status.DONE for outcome in self.outcomes.values())

    @property
    def settled(self) -> bool:
        """Whether there were changes to make and the world had them all already."""
        effects = [outcome for outcome in self.outcomes.values() if outcome.effect]
        return bool(effects) and not self.errors and not self.changed


def execute(
    plan: Plan, runners: StepRunners, sink: Sink, *, jobs: int, interrupt: Callable[[], None]
) -> Summary:
    """Runs every step whose needs were met; the failure of one service does not stop the others.

    On an interruption no further step starts, `interrupt` ends the tools that run, and the
    interruption goes on upward: at the latest after GRACE_SECONDS, in which steps give back their Leases.
    A step that hangs in a request of its own is left behind (`helmforge.__main__` ends its thread).
    """
    outcomes: dict[str, Outcome] = {}
    running: dict[Future[Outcome], PlannedStep] = {}
    waiting = list(plan)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="step")
    try:
        while waiting or running:
            waiting = _start_ready(
                waiting,
                outcomes,
                sink,
                lambda p: running.setdefault(pool.submit(_run_step, p.step, runners[type(p.step)], sink), p),
            )
            if not running:
                continue
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                outcomes[running.pop(future).id] = future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        interrupt()
        if wait(running, timeout=GRACE_SECONDS).not_done:
            interrupt()
        raise
    pool.shutdown()
    return Summary(plan, {planned.id: outcomes[planned.id] for planned in plan})


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


def _run_step(step: Step, runner: StepRunner, sink: Sink) -> Outcome:
    name = step.service.name
    sink(StepStarted(step.id, name, step.title))
    began = time.monotonic()

    def log(line: str) -> None:
        sink(StepOutput(step.id, name, line))

    try:
        outcome = _check(step, runner, log) if isinstance(runner, Check) else _effect(step, runner, log)
    except HelmforgeError as error:
        outcome = Outcome(Status.FAILED, reason=error.what, error=error)
    except Exception as error:  # noqa: BLE001 - our own defect in one service must not end the others
        internal = InternalError(
            f"internal error: {type(error).__name__}",
            where=f"step {step.id}",
            why="".join(traceback.format_exception(error)[-3:]).strip(),
            hint="report it; the other services went on",
        )
        outcome = Outcome(Status.FAILED, reason=internal.what, error=internal)
    outcome = replace(outcome, seconds=time.monotonic() - began)
    sink(StepFinished(step.id, name, step.title, outcome))
    return outcome


def _check(step: Step, runner: Check, log: Log) -> Outcome:
    found = runner.run(step, log)
    if isinstance(found, Nothing):
        return Outcome(Status.SKIPPED, reason=found.reason)
    return Outcome(Status.DONE, facts=found)


def _effect(step: Step, runner: Effect, log: Log) -> Outcome:
    facts = runner.probe(step)
    if facts is not None:
        return Outcome(Status.SKIPPED, facts=facts, reason=runner.already, effect=True)
    runner.act(step, log)
    facts = (runner.confirm or runner.probe)(step)
    if facts is None:
        raise StepError(
            f"{step.title}: done, but the result is not to be seen",
            why="the step reported success and the check afterwards did not find its result",
            hint="run the same command again; if it stays, something else is undoing the step",
        )
    return Outcome(Status.DONE, facts=facts, effect=True)
