"""Results for later jobs, as files hold them: dotenv (GitLab) and $GITHUB_OUTPUT."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOTENV_LIMIT = 5 * 1024
"""Bytes of a file that GitLab takes as artifacts:reports:dotenv, by default."""


def dotenv_lines(facts: Mapping[str, str]) -> list[str]:
    """GitLab reads what follows `=` as it is, without quotes, up to the end of the line."""
    return [f"HELMFORGE_{name.upper()}={clean(value)}" for name, value in facts.items()]


def dotenv(facts: Mapping[str, str]) -> bytes:
    return "".join(f"{line}\n" for line in dotenv_lines(facts)).encode()


def github_outputs(facts: Mapping[str, str], new_token: Callable[[], str] = secrets.token_hex) -> bytes:
    """Each between two lines that nobody can guess: a value may have any lines."""
    parts = []
    for name, value in facts.items():
        mark = f"helmforge_{new_token()}"
        parts.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    return "".join(parts).encode(errors="backslashreplace")
