"""The options of every command that runs a plan."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from helmforge.cli.options import output_option, verbose_option

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class RunOptions:
    """How to print a run, and the files to leave; None: not wanted."""

    output: str = "text"
    verbose: bool = False
    junit: Path | None = None
    summary: Path | None = None
    dotenv: Path | None = None

    def without_files(self) -> RunOptions:
        """For a run that only says what it would do."""
        return replace(self, junit=None, summary=None, dotenv=None)


def file_option(name: str, text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(name, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=text)


_OPTIONS = (
    file_option("--junit", "Write the steps as JUnit XML."),
    file_option("--summary", "Write a summary as Markdown. In GitHub Actions and Azure it is shown anyway."),
    file_option(
        "--dotenv", "Write image, digests, chart and version, for GitLab's artifacts:reports:dotenv."
    ),
    verbose_option,
    output_option("text", "json"),
)


def run_options(command: Callable[..., None]) -> Callable[..., None]:
    """`command` gets them as one argument, `options`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> None:  # noqa: ANN401 - what click has checked
        own = {name: values.pop(name) for name in RunOptions.__dataclass_fields__}
        command(**values, options=RunOptions(**own))

    wrapped: Callable[..., None] = with_options
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped
