"""The step that runs a service's unit tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.testing import Results
from helmforge.errors import StepError, ToolError
from helmforge.flows.step_runners import Nothing

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.plan import RunTests
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.ports.machine import Stamps
    from helmforge.flows.world import World

_SHOWN = 20


@dataclass(frozen=True)
class UnitTestRuns:
    """`reports` is a folder, or None when nobody wants any."""

    world: World
    reports: Path | None = None

    def run(self, step: RunTests, log: Log) -> Facts | Nothing:
        tests = step.service.test
        if not tests.command:
            return Nothing("no test command in service.yaml")
        before = self.world.junit.stamps(tests.junit) if tests.junit else {}
        failure = None
        try:
            self.world.programs.run(tests, self.world.git.root / step.service.folder, log)
        except ToolError as error:
            failure = error
        results = self._collected(step, before, log)
        if failure is not None or results.failures or results.unreadable:
            raise _explained(step, failure, results)
        return results.facts

    def _collected(self, step: RunTests, before: Stamps, log: Log) -> Results:
        globs = step.service.test.junit
        if not globs:
            return Results()
        target = self.reports / "tests" / step.service.name if self.reports else None
        results = self.world.junit.collect(globs, before, target)
        if not results.files:
            log(f"no JUnit file was written: {', '.join(globs)}")
            return results
        log(f"JUnit: {results.summary}")
        if target is not None:
            log(f"report: {target}")
        return results


def _explained(step: RunTests, failure: ToolError | None, results: Results) -> StepError:
    """The names of what failed come before the end of the command's output."""
    more = results.failures - _SHOWN
    named = [*results.failed[:_SHOWN], *([f"and {more} more"] if more > 0 else []), *results.unreadable]
    if failure is None:
        says = results.summary if results.failures else "JUnit files cannot be read"
        return StepError(
            f"the tests of {step.service.name} failed: {says}",
            where=", ".join(step.service.test.junit),
            why="\n".join(["the command itself ended with exit code 0", *named]),
            hint="mend the service, or correct test.junit in service.yaml",
            facts=results.facts,
        )
    counted = f": {results.summary}" if results.files else ""
    return StepError(
        f"{failure.what}{counted}",
        where=failure.where,
        why="\n".join([*named, failure.why]),
        hint=failure.hint,
        facts=results.facts,
    )
