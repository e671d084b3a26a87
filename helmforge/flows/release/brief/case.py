"""What every part of a brief is about, and how a part that fails becomes one that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from helmforge.domain.brief import Unknown
from helmforge.errors import HelmforgeError, StepError, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from helmforge.domain.brief import Part
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.release.brief.production import Production
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.steps.chart import PulledChart
    from helmforge.flows.world import World

T = TypeVar("T")
_ENDING = re.compile(r"exit code \d+|ended by \w+(?: \d+)?")  # how errors of programs begin
_ADVICE = "Use --debug"


@dataclass(frozen=True)
class Case:
    """`work` is a temporary folder. `asked` is what runs now, `chart` the new chart: each asked for once."""

    world: World
    settings: Settings
    service: Service
    environment: Environment
    version: Version
    published: PublishedVersion
    work: Path
    asked: Future[Production]
    chart: Future[PulledChart]

    @property
    def production(self) -> Production:
        """StepError where it is not known, without the reason: the brief says that once."""
        try:
            return self.asked.result()
        except StoppedError:
            raise
        except HelmforgeError as error:
            raise StepError(f"what runs in {self.environment.name} is not known") from error


def attempt(part: Callable[[], T]) -> Part[T]:
    try:
        return part()
    except StoppedError:
        raise
    except HelmforgeError as error:
        return Unknown(in_short(error))


def in_short(error: HelmforgeError) -> str:
    """One line: what failed and, of a program's output, the last line, which mostly says why."""
    lines = [line.strip() for line in error.why.splitlines() if line.strip()]
    if not lines:
        return error.what
    if not _ENDING.fullmatch(lines[0]):
        return f"{error.what}: {lines[0]}"
    said = [line for line in lines if not line.startswith(_ADVICE)]
    return f"{error.what}: {said[-1]}"
