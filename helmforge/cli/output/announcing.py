"""What is wrong, in the log of a CI system, where it can show it beside the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.output.placing import annotated, in_repository
from helmforge.cli.output.renderers import dialect_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.cli.output.dialect import Dialect
    from helmforge.domain.annotations import Annotation
    from helmforge.domain.ci import Ci
    from helmforge.errors import HelmforgeError

MOST = 10
"""GitHub shows ten errors and ten warnings of a step."""


def announce(dialect: Dialect, errors: Iterable[HelmforgeError]) -> None:
    is_file = in_repository(Path.cwd())
    _print(dialect, [one for error in errors for one in annotated(error, is_file)])


def announce_all(ci: Ci, found: Iterable[Annotation]) -> None:
    dialect = dialect_of(ci.system)
    if dialect is not None:
        _print(dialect, list(found))


def _print(dialect: Dialect, found: list[Annotation]) -> None:
    """Errors first, at most MOST of each sort."""
    errors = [one for one in found if not one.warning][:MOST]
    for one in (*errors, *[one for one in found if one.warning][:MOST]):
        for line in dialect.annotation(one):
            click.echo(line, err=True)
