"""How a run of a plan ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.errors import ExitCode
from helmforge.flows.events import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.plan import Plan
    from helmforge.errors import HelmforgeError

NOT_STARTED = Outcome(Status.NOT_DONE, reason="interrupted before it began")


@dataclass(frozen=True)
class Summary:
    """How each step of a plan ended, by step id, in the plan's order. `interrupted`: by Ctrl-C or SIGTERM.
    `notes` are of the run as a whole, for people.
    """

    plan: Plan
    outcomes: Mapping[str, Outcome]
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[HelmforgeError, ...]:
        return tuple(outcome.error for outcome in self.outcomes.values() if outcome.error)

    @property
    def exit_code(self) -> ExitCode:
        """The code of the errors when they agree, otherwise FAILED; after an interruption its own."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
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
        return bool(effects) and not self.interrupted and not self.errors and not self.changed
