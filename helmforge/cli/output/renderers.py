"""Which form progress takes. All on stderr but the JSON, which is the result of `-o json`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helmforge.cli.output.plain import PlainLines
from helmforge.domain.ci_files.systems import CiSystem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.output.dialect import Dialect
    from helmforge.flows.events import Sink


@contextmanager
def renderer(
    output: str, dialect: Dialect | None, system: CiSystem | None, *, verbose: bool, one_by_one: bool
) -> Iterator[Sink]:
    """JSON lines for `-o json`; in a CI system its own groups, or plain lines; on a terminal a live view."""
    if output == "json":
        from helmforge.cli.output.json_lines import JsonLines  # noqa: PLC0415 - one form for each run

        yield JsonLines()
    elif dialect is not None:
        from helmforge.cli.output.grouped import grouped  # noqa: PLC0415 - see above

        with grouped(dialect, one_by_one=one_by_one) as sink:
            yield sink
    elif system is None and sys.stderr.isatty() and not verbose:
        from helmforge.cli.output.live import live  # noqa: PLC0415 - see above

        with live() as show:
            yield show
    else:
        yield PlainLines(verbose=verbose)


def dialect_of(system: CiSystem | None) -> Dialect | None:
    """None for a log that is nothing but text."""
    if system is CiSystem.GITHUB:
        from helmforge.cli.output.github import GitHub  # noqa: PLC0415 - one of them for each run

        return GitHub()
    if system is CiSystem.GITLAB:
        from helmforge.cli.output.gitlab import GitLab  # noqa: PLC0415 - see above

        return GitLab()
    if system is CiSystem.AZURE:
        from helmforge.cli.output.azure import Azure  # noqa: PLC0415 - see above

        return Azure()
    return None
