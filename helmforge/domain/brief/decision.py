"""What was decided so far, what happens next, and how it is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.brief.part import Part
    from helmforge.domain.verdict import Verdict


@dataclass(frozen=True)
class SignOffs:
    """Names of approval tags, those that do not count with the reason; `rule` is the policy in words."""

    required: int
    valid: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...]
    rule: str
    note: str = ""

    @property
    def remaining(self) -> int:
        return max(0, self.required - len(self.valid))

    @classmethod
    def of(cls, verdict: Verdict, rule: str, note: str = "") -> SignOffs:
        return cls(verdict.required, verdict.valid, verdict.rejected, rule, note)


@dataclass(frozen=True)
class Outcome:
    """`steps` of the promotion; `obstacles` are rules that refuse it whatever is approved.
    `approve`, `promote` and `undo` are commands; without a version to go back to `undo` is "".
    """

    steps: tuple[str, ...]
    obstacles: tuple[str, ...]
    approve: str
    promote: str
    undo: Part[str]
