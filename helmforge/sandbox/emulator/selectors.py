"""Label and field selectors of list and watch requests, and of workloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator.status import bad_request

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Kind, Object

Test = Callable[["Object"], bool]

_EVERYWHERE = {"metadata.name", "metadata.namespace"}
_FIELDS = {
    "events": re.compile(r"involvedObject\.\w+|reason|reportingComponent|source|type"),
    "namespaces": re.compile(r"status\.phase"),
    "pods": re.compile(
        r"spec\.(nodeName|restartPolicy|schedulerName|serviceAccountName)|status\.(phase|podIP)"
    ),
    "secrets": re.compile(r"type"),
}
_SET = re.compile(r"(?P<key>[\w./-]+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)$")
_EQUAL = re.compile(r"(?P<key>[\w./-]+)\s*(?P<op>==?|!=)\s*(?P<values>[\w.-]*)$")
_EXISTS = re.compile(r"(?P<op>!?)\s*(?P<key>[\w./-]+)$")


def labels_of(obj: Object) -> dict[str, str]:
    return obj["metadata"].get("labels") or {}


def parse_labels(text: str) -> Test:
    """Kubernetes label selector syntax: `a=b,c!=d,e in (f,g),h,!i`."""
    terms = [_term(part.strip()) for part in re.split(r",(?![^(]*\))", text) if part.strip()]
    return lambda obj: all(term(labels_of(obj)) for term in terms)


def _term(text: str) -> Callable[[dict[str, str]], bool]:
    if match := _SET.match(text) or _EQUAL.match(text):
        key, values = match["key"], {value.strip() for value in match["values"].split(",")}
        if match["op"] in ("in", "=", "=="):
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if match := _EXISTS.match(text):
        key, wanted = match["key"], not match["op"]
        return lambda labels: (key in labels) is wanted
    raise bad_request(f"unable to parse requirement: {text!r}")


def parse_fields(text: str, kind: Kind) -> Test:
    """`a.b=c,d!=e` over the few fields that a real server indexes for this kind."""
    terms = [_field(part, kind) for part in text.split(",") if part]
    return lambda obj: all(term(obj) for term in terms)


def _field(text: str, kind: Kind) -> Test:
    match = re.match(r"([^=!]+)(==?|!=)(.*)$", text)
    if match is None:
        raise bad_request(f"invalid selector: {text!r}; can't understand {text!r}")
    path, operator, value = match.groups()
    known = _FIELDS.get(kind.plural)
    if path not in _EVERYWHERE and not (known and known.fullmatch(path)):
        raise bad_request(f"field label not supported: {path}")
    return lambda obj: (str(lookup(obj, path) or "") == value) is (operator != "!=")


def lookup(obj: Object, path: str) -> Any:  # noqa: ANN401 - a JSON value
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def selects(selector: Object | None, labels: dict[str, str]) -> bool:
    """A LabelSelector object of a workload; like there, an absent one selects nothing."""
    if selector is None:
        return False
    met = [_expression(item, labels) for item in selector.get("matchExpressions", ())]
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items() and all(met)


def _expression(item: Object, labels: dict[str, str]) -> bool:
    present = labels.get(item["key"])
    match item["operator"]:
        case "In":
            return present in item["values"]
        case "NotIn":
            return present not in item["values"]
        case operator:
            return (present is not None) is (operator == "Exists")
