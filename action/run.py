"""Run helmforge with the inputs of the action. They come in variables and no shell ever sees them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

_VARIABLES = ("PROGRAM", "COMMAND", "ARGUMENTS")


def main() -> int:
    # Taken out: what helmforge starts has no business with them.
    program, command, arguments = (os.environ.pop(f"ACTION_{name}") for name in _VARIABLES)
    try:
        words = shlex.split(command)
    except ValueError as error:
        print(f"::error::the input command of helmforge cannot be split into words: {error}")
        return 2
    words += [line for line in arguments.splitlines() if line]
    if not _asks_for_outputs(words):
        os.execv(program, [program, *words])
    with Path(os.environ["GITHUB_OUTPUT"]).open("ab") as outputs:
        return subprocess.run([program, *words], stdout=outputs, check=False).returncode


def _asks_for_outputs(words: list[str]) -> bool:
    """Whether the result is for the runner: `-o github`, in any of the ways to write it."""
    if not {"-ogithub", "--output=github"}.isdisjoint(words):
        return True
    return not {("-o", "github"), ("--output", "github")}.isdisjoint(pairwise(words))


if __name__ == "__main__":
    sys.exit(main())
