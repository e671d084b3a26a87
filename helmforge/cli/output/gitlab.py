"""The log of GitLab CI.

Source: GitLab "CI/CD job logs", custom collapsible sections: a section begins and ends with a marker that
needs an escape and a carriage return, which no cleaned text has.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.annotations import Annotation

_CLEAR = "\x1b[0K"
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_.-]")


class GitLab:
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def begin(self, step: str, title: str) -> list[str]:
        marker = f"section_start:{int(self._now())}:{_name(step)}[collapsed=true]"
        return [f"{_CLEAR}{marker}\r{_CLEAR}{clean(title)}"]

    def end(self, step: str) -> list[str]:
        return [f"{_CLEAR}section_end:{int(self._now())}:{_name(step)}\r{_CLEAR}"]

    def annotation(self, one: Annotation) -> list[str]:
        """There are none in a log; the errors themselves are printed as text everywhere. What is found in
        files is told only here.
        """
        if one.place is None:
            return []
        return [clean(f"{'warning' if one.warning else 'error'}: {one.place}: {' '.join(one.text.split())}")]

    def outputs(self, facts: Mapping[str, str]) -> list[str]:
        del facts  # a file: --dotenv
        return []

    def summary(self, file: str) -> list[str]:
        del file
        return []


def _name(step: str) -> str:
    return "helmforge_" + _NOT_IN_NAMES.sub("_", step)
