"""The reports of a run, each where its CI system looks for it."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.cli.output import files
from helmforge.cli.output.report import Report
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helmforge.cli.output.dialect import Dialect
    from helmforge.cli.output.options import RunOptions
    from helmforge.cli.output.report import Subject
    from helmforge.domain.ci import Ci

    Lines = list[str]


def leave(
    report: Report, options: RunOptions, ci: Ci, dialect: Dialect | None
) -> tuple[Lines, list[HelmforgeError]]:
    """Lines for the log that tell the CI system, and what could not be written."""
    lines: Lines = []
    lost: list[HelmforgeError] = []
    for write in _writers(report, options, ci, dialect):
        try:
            lines += write()
        except HelmforgeError as error:
            lost.append(error)
    return lines, lost


def leave_plan(subject: Subject, path: Path | None, ci: Ci, *, shown: bool) -> None:
    """What is affected and why, which the jobs that follow do not know; `shown` in GitHub's summary too."""
    report = Report(subject, planned=True)
    if path:
        _summary(report, ci, path)
    if shown and ci.summary_file:
        _github_summary(report, ci)


def _writers(
    report: Report, options: RunOptions, ci: Ci, dialect: Dialect | None
) -> Iterator[Callable[[], Lines]]:
    if options.junit:
        yield partial(_junit, report, options.junit)
    if options.dotenv:
        yield partial(_dotenv, report, options.dotenv)
    if options.summary:
        yield partial(_summary, report, ci, options.summary)
    if ci.summary_file:
        yield partial(_github_summary, report, ci)
    if ci.output_file:
        yield partial(_github_outputs, report, ci)
    if dialect is not None:
        yield lambda: list(dialect.outputs(report.facts))
        if ci.temporary:
            yield partial(_uploaded, report, ci, dialect)


def _junit(report: Report, path: Path) -> Lines:
    from helmforge.cli.output.junit import junit  # noqa: PLC0415 - only where it is wanted

    files.write(path, junit(report))
    return []


def _dotenv(report: Report, path: Path) -> Lines:
    from helmforge.cli.output.assignments import dotenv  # noqa: PLC0415 - see above

    files.write(path, dotenv(report.facts))
    return []


def _summary(report: Report, ci: Ci, path: Path) -> Lines:
    files.write(path, _page(report, ci))
    return []


def _github_summary(report: Report, ci: Ci) -> Lines:
    """Behind what other commands of the same step wrote there, and a blank line."""
    path = Path(ci.summary_file)
    page = _page(report, ci, taken=files.size(path))
    if page:
        files.append(path, b"\n" + page)
    return []


def _github_outputs(report: Report, ci: Ci) -> Lines:
    from helmforge.cli.output.assignments import github_outputs  # noqa: PLC0415 - see above

    files.append(Path(ci.output_file), github_outputs(report.facts))
    return []


def _uploaded(report: Report, ci: Ci, dialect: Dialect) -> Lines:
    """The agent reads the file some time later; it clears its folder after the job."""
    path = Path(ci.temporary).absolute() / f"helmforge-{secrets.token_hex(8)}.md"
    files.write(path, _page(report, ci))
    return list(dialect.summary(str(path)))


def _page(report: Report, ci: Ci, *, taken: int = 0) -> bytes:
    from helmforge.cli.output.summary_page import LIMIT, summary_page  # noqa: PLC0415 - see above

    return summary_page(report, ci, LIMIT - taken).encode(errors="replace")
