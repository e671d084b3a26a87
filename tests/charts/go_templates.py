"""Go templates as trees: as much of the language as charts use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ACTION = re.compile(r"\{\{-?\s*(?:/\*.*?\*/|(.*?))\s*-?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)
      | (?P<path>\$\w*(?:\.\w+)*|(?:\.\w+)+)
      | (?P<word>-?\w[\w.]*)
      | (?P<sign>:=|[=().,|])""",
    re.VERBOSE,
)
_OPENING = ("if", "with", "range", "define", "block")


@dataclass(frozen=True)
class Constant:
    text: str


@dataclass(frozen=True)
class Field:
    """`.a.b`, `$x.a.b`, `(…).a.b`: a base and the names after it. The base "" is the dot."""

    base: str | Expression
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


Expression = Constant | Field | Call


@dataclass
class Node:
    """One action. `body` and `otherwise` belong to if, with, range and define."""

    keyword: str
    variables: tuple[str, ...] = ()
    pipeline: Expression | None = None
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


def parse(text: str) -> list[Node]:
    root = Node("root")
    stack = [(root, root.body)]
    for found in _ACTION.finditer(text):
        source = found[1]
        if not source:
            continue
        word, _, rest = source.partition(" ")
        if word == "end":
            stack.pop()
            while stack[-1][0].keyword == "else-chain":
                stack.pop()
        elif word == "else":
            owner, _ = stack.pop()
            stack.append((owner, owner.otherwise))
            if rest:
                nested = _node(*rest.split(" ", 1))
                owner.otherwise.append(nested)
                stack[-1] = (Node("else-chain"), owner.otherwise)
                stack.append((nested, nested.body))
        elif word in _OPENING:
            node = _node(word, rest)
            stack[-1][1].append(node)
            stack.append((node, node.body))
        else:
            stack[-1][1].append(_node("", source))
    assert len(stack) == 1, "an action is not closed"
    return root.body


def _node(keyword: str, source: str) -> Node:
    parser = _Parser(source)
    variables = parser.declared()
    return Node(keyword, variables, parser.pipeline())


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = [(found.lastgroup, found[0], found.span()) for found in _TOKEN.finditer(source)]
        self._at = 0

    def declared(self) -> tuple[str, ...]:
        """The variables of `$a, $b := …` and `$a = …`."""
        names: list[str] = []
        for number, (kind, text, _) in enumerate(self._tokens):
            if text in (":=", "="):
                self._at = number + 1
                return tuple(names)
            if kind == "path" and text.startswith("$"):
                names.append(text)
            elif text != ",":
                break
        return ()

    def pipeline(self) -> Expression:
        result = self._command()
        while self._text() == "|":
            self._at += 1
            piped = self._command()
            assert isinstance(piped, Constant | Call), "a pipe leads into a function"
            if isinstance(piped, Constant):
                piped = Call(piped.text, ())
            result = Call(piped.function, (*piped.arguments, result))
        return result

    def _command(self) -> Expression:
        kind, text, _ = self._tokens[self._at]
        first = self._operand()
        arguments = []
        while self._text() not in ("", "|", ")"):
            arguments.append(self._operand())
        if kind == "word" and (arguments or not re.match(r"-?\d|true$|false$|nil$", text)):
            return Call(text, tuple(arguments))
        return first

    def _operand(self) -> Expression:
        kind, text, (_, end) = self._tokens[self._at]
        self._at += 1
        if kind == "string":
            return Constant(text[1:-1])
        if kind == "path":
            base, *names = text.split(".")
            return Field(base, tuple(names))
        if text == "(":
            inner = self.pipeline()
            _, _, (_, end) = self._tokens[self._at]
            self._at += 1
            return self._continued(inner, end)
        return Field("") if text == "." else Constant(text)

    def _continued(self, inner: Expression, end: int) -> Expression:
        if self._at < len(self._tokens):
            kind, text, (start, _) = self._tokens[self._at]
            if kind == "path" and start == end:
                self._at += 1
                return Field(inner, tuple(text.split(".")[1:]))
        return inner

    def _text(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""
