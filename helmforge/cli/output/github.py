"""The log of GitHub Actions.

Source: GitHub "Workflow commands for GitHub Actions"; actions/runner ActionCommand.cs, which says how values
are escaped and that a command is found after white space at the beginning of a line.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from helmforge.cli.printing import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.annotations import Annotation


class GitHub:
    """Between `begin` and `end` the runner obeys nothing but a token that nobody can guess."""

    def __init__(self, new_token: Callable[[], str] = secrets.token_hex) -> None:
        self._new_token = new_token
        self._tokens: dict[str, str] = {}

    def begin(self, step: str, title: str) -> list[str]:
        self._tokens[step] = self._new_token()
        return [f"::group::{_data(title)}", f"::stop-commands::{self._tokens[step]}"]

    def end(self, step: str) -> list[str]:
        return [f"::{self._tokens.pop(step)}::", "::endgroup::"]

    def annotation(self, one: Annotation) -> list[str]:
        properties = {"file": "", "line": 0, "col": 0, "title": one.title}
        if one.place:
            properties |= {"file": one.place.file, "line": one.place.line, "col": one.place.column}
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
        return [f"::{'warning' if one.warning else 'error'} {listed}::{_data(one.text)}"]

    def outputs(self, facts: Mapping[str, str]) -> list[str]:
        del facts  # a file: helmforge.cli.output.github_files
        return []

    def summary(self, file: str) -> list[str]:
        del file  # a file as well
        return []


def _data(text: str) -> str:
    lines = (line.replace("%", "%25") for line in clean_lines(text))
    return "%0A".join(lines)


def _property(text: str) -> str:
    shown = clean(" ".join(text.splitlines())).replace("%", "%25")
    return shown.replace(":", "%3A").replace(",", "%2C")
