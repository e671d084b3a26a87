"""Errors in the log of a CI system, where it can show them beside the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.output.placing import annotated, in_repository

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.cli.output.dialect import Dialect
    from helmforge.errors import HelmforgeError


def announce(dialect: Dialect, errors: Iterable[HelmforgeError]) -> None:
    for one in annotated(errors, in_repository(Path.cwd())):
        for line in dialect.annotation(one):
            click.echo(line, err=True)
