"""Which Helm this is, and how its flags differ from the other major version's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helmforge.errors import MissingToolError

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_OLDEST = (3, 17, 0)
_NEWEST_MAJOR = 4
# CVE-2026-35204, CVE-2026-35205, CVE-2026-35206 are mended in these
_SAFE = {3: (3, 20, 2), 4: (4, 1, 4)}


@dataclass(frozen=True)
class HelmVersion:
    text: str
    number: tuple[int, int, int]

    @classmethod
    def parse(cls, text: str, program: str) -> HelmVersion:
        """Reads `v3.17.3` or `v4.3.1+g1234567`. Raises MissingToolError below 3.17 and above 4."""
        match = _VERSION.match(text.strip())
        if match is None:
            raise MissingToolError(
                f"{program} does not tell its version",
                why=f"it printed {text.strip()[:200]!r}",
                hint="name the program that is Helm in the environment variable HELMFORGE_HELM",
            )
        version = cls(match[0].removeprefix("v"), (int(match[1]), int(match[2]), int(match[3])))
        if version.number < _OLDEST or version.number[0] > _NEWEST_MAJOR:
            age = "old" if version.number < _OLDEST else "new"
            raise MissingToolError(
                f"Helm {version.text} is too {age}",
                where=program,
                why="helmforge drives Helm 3.17 or newer, and Helm 4",
                hint="install another Helm, or name one in the environment variable HELMFORGE_HELM",
            )
        return version

    @property
    def warning(self) -> str | None:
        safe = _SAFE[self.number[0]]
        if self.number >= safe:
            return None
        return (
            f"Helm {self.text} has known vulnerabilities (CVE-2026-35204, CVE-2026-35205, CVE-2026-35206): "
            f"use {'.'.join(map(str, safe))} or newer"
        )

    @property
    def every_state(self) -> tuple[str, ...]:
        """Helm 4 lists releases of every state by itself."""
        return () if self.number[0] > 3 else ("--all",)  # noqa: PLR2004 - a version

    @property
    def wait(self) -> tuple[str, ...]:
        """Helm 4 without a strategy waits for hooks only."""
        return ("--wait=watcher",) if self.number[0] > 3 else ("--wait",)  # noqa: PLR2004 - a version
