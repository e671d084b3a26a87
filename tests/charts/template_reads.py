"""Which keys of the values the templates of a chart read, found without running them.

Followed are variables, with and range, the contexts that are handed to named templates, and the functions
that pick from maps. What goes through text (`include … | fromJson`) is out of sight behind it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.charts.go_templates import Call, Constant, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.charts.go_templates import Expression, Node

Path = tuple[str, ...]


@dataclass(frozen=True)
class Ref:
    """A place in the values; `*` stands for every element of a map or list."""

    path: Path


@dataclass(frozen=True)
class Made:
    """What `dict` or `list` made: keys ("" in a list) and what they may be."""

    items: tuple[tuple[str, Meaning], ...]


Atom = Constant | Ref | Made | None
"""None is the context of the chart, `$`."""
Meaning = frozenset[Atom]
ROOT: Meaning = frozenset([None])
NOTHING: Meaning = frozenset()
# Their result is one of their arguments, or a mixture.
_PASSING = {
    "default", "coalesce", "ternary", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite",
    "deepCopy", "mustDeepCopy", "concat", "append", "prepend", "or", "and", "omit", "unset", "without",
    "uniq",
}  # fmt: skip


def reads(files: Mapping[str, str]) -> set[frozenset[Path]]:
    """Every path below `.Values` that the templates ask for.

    A set for each expression: it may stand for several places, in a range or in a named template.
    """
    trees = {name: parse(text) for name, text in files.items()}
    analysis = _Analysis(trees.values())
    for tree in trees.values():
        analysis.run(tree, ROOT)
    return {frozenset(paths) for paths in analysis.found.values()}


class _Analysis:
    def __init__(self, trees: Iterable[list[Node]]) -> None:
        self.found: defaultdict[object, set[Path]] = defaultdict(set)
        self._defined = {
            node.pipeline.function if isinstance(node.pipeline, Call) else node.pipeline.text: node.body
            for tree in trees
            for node in tree
            if node.keyword == "define" and isinstance(node.pipeline, Constant | Call)
        }
        self._known: set[tuple[str, Meaning]] = set()

    def run(self, nodes: list[Node], context: Meaning) -> None:
        self._block(nodes, context, {"$": context})

    def _block(self, nodes: list[Node], dot: Meaning, variables: dict[str, Meaning]) -> None:
        for node in nodes:
            if node.keyword == "define" or node.pipeline is None:
                continue
            value = self._value(node.pipeline, dot, variables)
            inner = dot
            if node.keyword == "with":
                inner = value
            elif node.keyword == "range":
                inner = value = self._elements(value)
            if node.variables:
                variables[node.variables[-1]] = value | self._before(node, variables)
            self._block(node.body, inner, variables)
            self._block(node.otherwise, dot, variables)

    @staticmethod
    def _before(node: Node, variables: dict[str, Meaning]) -> Meaning:
        """A variable that is set anew may have kept its old value: which branch ran is not known."""
        return NOTHING if node.keyword else variables.get(node.variables[-1], NOTHING)

    def _value(self, what: Expression, dot: Meaning, variables: dict[str, Meaning]) -> Meaning:
        if isinstance(what, Constant):
            return frozenset([what])
        if isinstance(what, Call):
            arguments = [self._value(argument, dot, variables) for argument in what.arguments]
            return self._call(what, arguments)
        if isinstance(what.base, str):
            value = variables.get(what.base, NOTHING) if what.base else dot
        else:
            value = self._value(what.base, dot, variables)
        for depth, name in enumerate(what.names):
            value = self._field(value, name, (id(what), depth))
        return value

    def _call(self, what: Call, arguments: list[Meaning]) -> Meaning:
        function = what.function
        if function in ("get", "index", "hasKey", "pick"):
            return self._picked(what, *arguments)
        if function == "dig":
            *keys, _, value = arguments
            for key in keys:
                value = self._picked(what, value, key)
            return value
        if function in ("first", "last", "values"):
            return self._elements(arguments[0])
        if function in ("include", "template"):
            self._include(arguments)
        return _made(function, arguments)

    def _include(self, arguments: list[Meaning]) -> None:
        context = arguments[1] if len(arguments) > 1 else NOTHING
        for name in _texts(arguments[0]):
            if name in self._defined and (name, context) not in self._known:
                self._known.add((name, context))
                self.run(self._defined[name], context)

    def _picked(self, what: Call, owner: Meaning, *keys: Meaning) -> Meaning:
        found = [self._field(owner, text, (id(what), text)) for key in keys for text in _texts(key)]
        return owner if what.function == "pick" else frozenset().union(*found)

    def _field(self, owner: Meaning, name: str, where: object) -> Meaning:
        places = {(*atom.path, name) for atom in owner if isinstance(atom, Ref)}
        if places:
            self.found[where] |= places
        found: Meaning = frozenset(Ref(path) for path in places)
        for atom in owner:
            if atom is None and name == "Values":
                found |= {Ref(())}
            elif isinstance(atom, Made):
                found |= frozenset().union(*(value for key, value in atom.items if key == name))
        return found

    @staticmethod
    def _elements(owner: Meaning) -> Meaning:
        found: Meaning = NOTHING
        for atom in owner:
            if isinstance(atom, Ref):
                found |= {Ref((*atom.path, "*"))}
            elif isinstance(atom, Made):
                found |= frozenset().union(*(value for _, value in atom.items))
        return found


def _made(function: str, arguments: list[Meaning]) -> Meaning:
    """The result of a function that does not look into a map."""
    if function == "dict":
        keys = [text for key in arguments[::2] for text in (*_texts(key), "")[:1]]
        return frozenset([Made(tuple(zip(keys, arguments[1::2], strict=True)))])
    if function == "list":
        return frozenset([Made(tuple(("", value) for value in arguments))])
    if function == "set":
        owner, key, value = arguments
        return owner | {Made(tuple((text, value) for text in _texts(key)))}
    return frozenset().union(*arguments) if function in _PASSING else NOTHING


def _texts(value: Meaning) -> list[str]:
    return sorted(atom.text for atom in value if isinstance(atom, Constant))
