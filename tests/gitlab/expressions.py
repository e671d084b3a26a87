"""`rules:if` as GitLab decides it.

Source: GitLab "CI/CD YAML syntax", `rules:if`, and "Pipeline expressions". Python's `re` stands in for RE2,
whose syntax it contains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Value: TypeAlias = "str | bool | re.Pattern[str] | None"

_TOKEN = re.compile(
    r"\s*(?:(?P<variable>\$\w+)|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|(?P<regex>/(?:[^/\\]|\\.)+/)|(?P<null>null\b)|(?P<sign>==|!=|=~|!~|&&|\|\||\(|\)))"
)


class Expression:
    def __init__(self, text: str, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            assert found is not None, f"GitLab cannot read {text[position:]!r}"
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            position = found.end()

    def is_true(self) -> bool:
        value = self._either()
        assert not self._tokens, self._tokens
        return value not in {None, "", False}

    def _either(self) -> Value:
        value = self._both()
        while self._next("||"):
            right = self._both()
            value = value or right
        return value

    def _both(self) -> Value:
        value = self._compared()
        while self._next("&&"):
            right = self._compared()
            value = value and right
        return value

    def _compared(self) -> Value:
        left = self._one()
        if self._next("=="):
            return left == self._one()
        if self._next("!="):
            return left != self._one()
        if self._next("=~"):
            return _finds(self._one(), left)
        if self._next("!~"):
            return not _finds(self._one(), left)
        return left

    def _one(self) -> Value:
        kind, text = self._tokens.pop(0)
        if kind == "sign":
            assert text == "("
            value = self._either()
            assert self._next(")")
            return value
        if kind == "variable":
            return self._variables.get(text[1:])
        if kind == "regex":
            return re.compile(text[1:-1].replace("\\/", "/"))
        return None if kind == "null" else text

    def _next(self, sign: str) -> bool:
        if self._tokens[:1] == [("sign", sign)]:
            self._tokens.pop(0)
            return True
        return False


def _finds(pattern: Value, value: Value) -> bool:
    assert isinstance(pattern, re.Pattern)
    return isinstance(value, str) and pattern.search(value) is not None
