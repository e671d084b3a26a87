"""What runs one step of a plan: a check, or an effect as probe -> act -> confirm."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from helmforge.errors import HelmforgeError, InternalError, StepError
from helmforge.flows.events import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.plan import Step
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log


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


def run_step(step: Step, runner: StepRunner, log: Log) -> Outcome:
    """How it ended; nothing is raised."""
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
