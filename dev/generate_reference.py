"""Write docs/reference.md from the command line itself: `python -m dev.generate_reference`.

Usage, options and examples come from click, the words round them from dev/reference.md.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

import click

from dev.cache import ROOT
from helmforge.cli.main import cli
from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = ROOT / "docs" / "reference.md"
_FRAME = ROOT / "dev" / "reference.md"
_WIDTH = 1000  # usage stays on one line
_EXAMPLES = ("\b\nExample:\n", "\b\nExamples:\n")
_MEANINGS = {
    ExitCode.DONE: "done; also: there was nothing to do",
    ExitCode.FAILED: "a step failed: tests, a build, a scan, a rollout, or a program that helmforge called",
    ExitCode.USAGE: "command line, configuration or surroundings are wrong, or a program is missing",
    ExitCode.REFUSED: "a rule says no: not approved, version taken, wrong cluster",
    ExitCode.UNREACHABLE: "Git remote, registry or cluster did not answer, also not after retries",
    ExitCode.INTERNAL: "an error inside helmforge; the message names a file to report it with",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C or SIGTERM",
}


def main() -> int:
    REFERENCE.write_text(reference(), encoding="utf-8")
    return 0


def reference() -> str:
    """The whole text of docs/reference.md."""
    commands = "\n".join(
        line for path, command in leaves(cli, "helmforge") for line in _chapter(path, command)
    )
    codes = "\n".join(f"| {int(code)} | {_MEANINGS[code]} |" for code in ExitCode)
    frame = _FRAME.read_text(encoding="utf-8")
    general = "\n".join(_table(cli, "helmforge")).strip()
    return frame.replace("{codes}", codes).replace("{general}", general).replace("{commands}", commands)


def leaves(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """`helmforge release cut` and the command behind it, for everything that can be run."""
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def _chapter(path: str, command: click.Command) -> Iterator[str]:
    text, examples = _parts(command)
    yield from (f"### {path}", "", text, "", "```text")
    yield _context(command, path).get_usage().removeprefix("Usage: ")
    yield from ("```", "", *_table(command, path), "```sh", examples, "```", "")


def _context(command: click.Command, path: str) -> click.Context:
    return click.Context(command, info_name=path, terminal_width=_WIDTH)


def _parts(command: click.Command) -> tuple[str, str]:
    """The paragraphs of the help, and its examples."""
    text = inspect.cleandoc(command.help or "")
    mark = next(mark for mark in _EXAMPLES if mark in text)
    before, _, examples = text.partition(mark)
    paragraphs = before.strip().split("\n\n")
    return "\n\n".join(" ".join(one.split("\n")) for one in paragraphs), inspect.cleandoc(examples)


def _table(command: click.Command, path: str) -> Iterator[str]:
    """Everything that has an explanation, but --help; arguments stand in the usage."""
    context = _context(command, path)
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [record for record in records if record and record[1] and "--help" not in record[0]]
    if rows:
        yield from ("| Option | Meaning |", "|---|---|")
        yield from (f"| `{_cell(flags)}` | {_cell(meaning)} |" for flags, meaning in rows)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
