"""Conditions and `$[ ]` as Azure Pipelines decides them.

Source: "Expressions" and "Specify conditions" of the Azure Pipelines documentation. Comparisons of strings
ignore case. Only what the generated files use is known; anything else fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>[(),\[\].]))")
_GOOD = {"Succeeded", "SucceededWithIssues"}


@dataclass(frozen=True)
class Facts:
    """`dependencies` and `stage_dependencies` are what expressions may look into, `needed` the results of
    what the stage or step comes after.
    """

    variables: Mapping[str, str]
    dependencies: Mapping[str, Any] = field(default_factory=dict)
    stage_dependencies: Mapping[str, Any] = field(default_factory=dict)
    needed: tuple[str, ...] = ()


def evaluate(text: str, facts: Facts) -> Any:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        assert found is not None, f"Azure cannot read {text[position:]!r}"
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        position = found.end()
    value = _Reader(tokens, facts).value()
    assert not tokens, tokens
    return value


def is_true(text: str, facts: Facts) -> bool:
    return bool(evaluate(text, facts))


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], facts: Facts) -> None:
        self._tokens = tokens
        self._facts = facts

    def value(self) -> Any:
        kind, text = self._tokens.pop(0)
        if kind == "text":
            return text.replace("''", "'")
        assert kind == "name", text
        if self._next("("):
            return self._call(text, self._arguments())
        path = text.split(".")
        while self._next("["):
            path.append(self._tokens.pop(0)[1])
            assert self._next("]")
        return self._look_up(path)

    def _look_up(self, path: list[str]) -> Any:
        roots: dict[str, Any] = {
            "variables": self._facts.variables,
            "dependencies": self._facts.dependencies,
            "stageDependencies": self._facts.stage_dependencies,
        }
        value: Any = roots[path[0]]
        for key in path[1:]:
            value = value.get(key, "") if value else ""
        return value

    def _arguments(self) -> list[Any]:
        found: list[Any] = []
        while not self._next(")"):
            found.append(self.value())
            self._next(",")
        return found

    def _call(self, name: str, given: list[Any]) -> bool:
        needed = set(self._facts.needed)
        functions: dict[str, Callable[[], bool]] = {
            "and": lambda: all(given),
            "or": lambda: any(given),
            "not": lambda: not given[0],
            "eq": lambda: given[0].lower() == given[1].lower(),
            "in": lambda: given[0].lower() in {each.lower() for each in given[1:]},
            "contains": lambda: given[1].lower() in given[0].lower(),
            "startsWith": lambda: given[0].lower().startswith(given[1].lower()),
            "succeeded": lambda: needed <= _GOOD,
            "succeededOrFailed": lambda: needed <= _GOOD | {"Failed"},
        }
        return functions[name]()

    def _next(self, sign: str) -> bool:
        if self._tokens[:1] == [("sign", sign)]:
            self._tokens.pop(0)
            return True
        return False
