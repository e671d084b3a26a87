"""Runs the commands of a page, in order, in one shell.

In a block ```console, a line that begins with `$ ` is a command; the lines below are what it prints, on
both streams. It has to fail when they show an `error:`, and to succeed otherwise. A block with the path
of a file after the language is that file, written when the reader comes to it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.docs.matching import fits, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.docs.markdown import Block, Page

_SECONDS = 280  # below the limit at which pytest prints where it hangs
_END = "\x01"


@dataclass(frozen=True)
class Typed:
    """A command of a page, and the output that the page shows. `line` is where it stands."""

    command: str
    shown: str
    line: int

    @property
    def fails(self) -> bool:
        return re.search(r"^error: ", self.shown, re.MULTILINE) is not None


@dataclass(frozen=True)
class Written:
    """A file that the page tells the reader to write."""

    path: str
    text: str


def script(page: Page) -> list[Typed | Written]:
    steps: list[Typed | Written] = []
    for block in page.blocks:
        if block.language == "console":
            steps += _typed(block)
        elif "/" in block.label or "." in block.label:
            steps.append(Written(block.label, block.text))
    return steps


def _typed(block: Block) -> Iterator[Typed]:
    command, shown, began = "", "", 0
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if line.startswith("$ "):
            if command:
                yield Typed(command, shown, began)
            command, shown, began = line.removeprefix("$ "), "", number
        else:
            assert command, f"line {number}: output without a command"
            shown += f"{line}\n"
    if command:
        yield Typed(command, shown, began)


def differences(steps: Sequence[Typed | Written], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Runs everything in `folder`; one text for each command that did not do what the page shows."""
    shell = subprocess.run(
        ["bash", "--noprofile", "--norc"],
        input="".join(_shell(step) for step in steps),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    ended = re.findall(rf"(.*?){_END}(\d+){_END}\n", shell.stdout, re.DOTALL)
    typed = [step for step in steps if isinstance(step, Typed)]
    assert len(ended) == len(typed), shell.stdout
    home = environment["HOME"]
    found = (
        _difference(step, printed.replace(home, "/home/kim"), int(code))
        for step, (printed, code) in zip(typed, ended, strict=True)
    )
    return [text for text in found if text]


def _shell(step: Typed | Written) -> str:
    if isinstance(step, Written):
        return f"cat > '{step.path}' <<'END OF FILE'\n{step.text}END OF FILE\n"
    return f"{{ {step.command}\n}} </dev/null\nprintf '{_END}%d{_END}\\n' $?\n"


def _difference(step: Typed, printed: str, code: int) -> str:
    if bool(code) == step.fails and fits(step.shown, printed):
        return ""
    lines = [f"line {step.line}: $ {step.command}", f"ended with {code} and printed", *settled(printed)]
    return "\n".join([*lines, "the page shows", step.shown])
