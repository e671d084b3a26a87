"""The structure of the configuration files, and of events. The JSON Schemas beside this file say it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helmforge.errors import ConfigError
from helmforge.schemas.acceptance import acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.schemas.problem import Problem
    from helmforge.yamlio import Document

NAMES = ("config", "service", "waivers")
_MOST_SHOWN = 50


def schema_text(name: str) -> str:
    """The JSON Schema `config`, `service`, `waivers` or `events`, as it is published."""
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


class Schema:
    """A schema that is read once and checks many documents."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.content: dict[str, Any] = json.loads(schema_text(name))
        self._accepts = acceptance(self.content)

    def check(self, document: Document) -> None:
        """Raises one ConfigError that lists every violation with its line."""
        if self._accepts(document.data):
            return
        from helmforge.schemas.violations import violations  # noqa: PLC0415 - jsonschema takes 100 ms to import

        self.report(document, violations(self.content, document))

    def report(self, document: Document, problems: Iterable[Problem]) -> None:
        """Raises ConfigError when there are any `problems`, in the order of their lines."""
        found = [(document.line_of(problem.path), problem) for problem in problems]
        found.sort(key=lambda pair: pair[0])
        if not found:
            return
        name = document.name
        places = [f"{name}:{line} {problem.key}".rstrip() for line, problem in found]
        if len(found) == 1:
            raise self._error(f"{name} is not valid", places[0], found[0][1].text)
        lines = [f"{place}: {problem.text}" for place, (_, problem) in zip(places, found, strict=True)]
        lines[_MOST_SHOWN:] = [f"and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
        raise self._error(f"{name} is not valid: {len(found)} problems", name, "\n".join(lines))

    def _error(self, what: str, where: str, why: str) -> ConfigError:
        hint = f"`helmforge schema {self.name}` prints every key with its meaning"
        return ConfigError(what, where=where, why=why, hint=hint)
