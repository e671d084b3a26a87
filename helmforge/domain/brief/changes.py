"""The commits that a promotion brings, and those that it takes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.git import Commit, Person


@dataclass(frozen=True)
class Changes:
    """Commits that touch the service, newest first. `since` is the version that runs, "" when none does:
    then `commits` are all of its history. `lost` are in the version that runs and not in the new one.
    """

    since: str
    commits: tuple[Commit, ...]
    lost: tuple[Commit, ...] = ()

    @cached_property
    def authors(self) -> tuple[tuple[Person, int], ...]:
        """Each with the number of commits, the most first; one person by address, whatever the name."""
        names = {one.author.email.lower(): one.author for one in reversed(self.commits)}
        counted = Counter(one.author.email.lower() for one in self.commits)
        return tuple((names[email], number) for email, number in counted.most_common())
