"""What `helmforge lint` finds: one thing to mend, where it stands, why it is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.findings_rules import RULES
from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.findings_rules import Rule


@dataclass(frozen=True)
class Place:
    """A file, by its POSIX path from the repository's root. Line and column are from 1; 0: not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])


@dataclass(frozen=True)
class Finding:
    """`rule` is an id of RULES. `key` is a path in values or configuration, such as `image.tag`, or "".
    `related` is a second place that explains the first. No `environments`: it is true in all of them.
    """

    rule: str
    place: Place
    reason: str
    remedy: str
    key: str = ""
    service: str = ""
    environments: tuple[str, ...] = ()
    related: Place | None = None

    @property
    def about(self) -> Rule:
        return RULES[self.rule]


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by place. What differs in its environments only is one finding that names them all."""
    environments: dict[Finding, list[str]] = {}
    for finding in findings:
        known = environments.setdefault(replace(finding, environments=()), [])
        known += [name for name in finding.environments if name not in known]
    together = (replace(finding, environments=tuple(names)) for finding, names in environments.items())
    return tuple(sorted(together, key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    return (place.file, place.line, place.column, finding.rule, finding.key, finding.reason)


def exit_code(findings: Iterable[Finding]) -> ExitCode:
    """A broken configuration weighs more than a broken chart: with it nothing else can be trusted."""
    broken = [finding.about.configuration for finding in findings]
    if any(broken):
        return ExitCode.USAGE
    return ExitCode.FAILED if broken else ExitCode.DONE
