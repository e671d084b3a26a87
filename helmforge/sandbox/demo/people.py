"""The people of the demo: each has a clone, a Git identity, and types commands."""

from __future__ import annotations

import shlex
import site
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import helmforge
from helmforge.adapters.process import Runner
from helmforge.errors import StepError
from helmforge.sandbox.demo.narration import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.sandbox.demo.narration import Narrate

_SECONDS = 150.0  # for one command; less than what a test of the whole demo waits
_TAIL_LINES = 20
# An allow-list: a CI system's variables would name an event, and HOME has settings of the user's.
_INHERITED = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "COLUMNS", "NO_COLOR", "TMPDIR", "XDG_RUNTIME_DIR"),
    *("HELMFORGE_HELM", "BUILDAH_ISOLATION", "DOCKER_HOST"),
)


@dataclass(frozen=True)
class Person:
    """`environment` is the whole environment of the person's commands, `folder` their clone."""

    name: str
    email: str
    folder: Path
    environment: Mapping[str, str]
    narrate: Narrate = field(repr=False)

    def types(self, command: str, *, code: int = 0, shown: int | None = None) -> str:
        """Runs `command` in the clone, before the eyes of the audience, and returns all its output.

        Words are split like a shell does it; nothing else of a shell works. Only the first `shown`
        lines of the output are shown, and how many there are more. Raises StepError when the exit
        code is not `code`.
        """
        self.narrate(Role.COMMAND, f"{self.name}$ {command}")
        lines: list[str] = []

        def show(line: str) -> None:
            lines.append(line)
            if shown is None or len(lines) <= shown:
                self.narrate(Role.OUTPUT, line)

        ended = Runner(self.environment).run(_argv(command), cwd=self.folder, timeout=_SECONDS, on_line=show)
        if shown is not None and len(lines) > shown:
            self.narrate(Role.REMARK, f"(and {len(lines) - shown} more lines)")
        if ended.code != code:
            raise StepError(
                f"the demo stops: `{command}` ended with exit code {ended.code}, not {code}",
                why="\n".join(lines[-_TAIL_LINES:]),
                hint="run `helmforge demo --keep DIR` and look around in DIR",
            )
        return "\n".join(lines)

    def quietly(self, *argv: str) -> str:
        """Behind the scenes: what the audience need not see."""
        what = f"the demo stops: `{shlex.join(argv)}` failed"
        return Runner(self.environment).check(argv, what=what, cwd=self.folder, timeout=_SECONDS).out


def environment(home: Path, inherited: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's own settings of Git, Helm or a registry; only where programs are."""
    git = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_TERMINAL_PROMPT": "0",
    }
    taken = {name: inherited[name] for name in _INHERITED if name in inherited}
    return taken | {"HOME": str(home)} | _places(inherited) | git | dict(added)


def _places(inherited: Mapping[str, str]) -> dict[str, str]:
    """What would be looked for in the home folder."""
    home = Path(inherited.get("HOME") or Path.home())
    caches = Path(inherited.get("XDG_CACHE_HOME") or home / ".cache")
    return {
        "HELMFORGE_CACHE": inherited.get("HELMFORGE_CACHE") or str(caches / "helmforge"),
        "PYTHONPATH": str(Path(helmforge.__file__).parents[1]),
        "PYTHONUSERBASE": site.getuserbase(),
    }


def _argv(command: str) -> list[str]:
    program, *arguments = shlex.split(command)
    return (
        [sys.executable, "-P", "-m", "helmforge", *arguments]
        if program == "helmforge"
        else [program, *arguments]
    )
