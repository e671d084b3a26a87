"""SARIF 2.1.0 (OASIS) of any scanner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from helmforge.adapters.scanner.texts import first_line, word
from helmforge.domain.scanning import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

# Section 3.11.5: `{0}` stands for an argument, braces for themselves are doubled
_PARTS = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}")
# GitHub's reading of `security-severity`, a CVSS score: below the number is the word
_SCORES = ((0.1, "NONE"), (4.0, "LOW"), (7.0, "MEDIUM"), (9.0, "HIGH"))
_LEVELS = {"error": "HIGH", "warning": "MEDIUM", "note": "LOW"}
_NO_PROBLEM = frozenset({"pass", "notApplicable", "informational"})


def findings(report: dict[str, Any]) -> Iterator[Finding]:
    """Section 3.27. A report without a run is no scan; nor is a run without results: that of a scan which
    found nothing has an empty list (3.14.23).
    """
    if not report["runs"]:
        raise ValueError("the report has no runs")
    for run in report["runs"]:
        _demand_success(run)
        rules = run["tool"]["driver"].get("rules") or []
        for result in run["results"]:
            if result.get("kind", "fail") not in _NO_PROBLEM:
                yield _finding(result, _rule(result, rules))


def _demand_success(run: dict[str, Any]) -> None:
    """Section 3.20.14."""
    for invocation in run.get("invocations") or []:
        if invocation.get("executionSuccessful") is False:
            raise ValueError("the report says that the scan was not successful")


def _finding(result: dict[str, Any], rule: dict[str, Any]) -> Finding:
    name = result.get("ruleId") or rule.get("id") or "finding"
    severity = _severity(result, rule)
    return Finding(word(name), severity, place=_place(result), message=_message(result, rule))


def _rule(result: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    index = result.get("ruleIndex", -1)
    if 0 <= index < len(rules):
        return dict(rules[index])
    return next((dict(rule) for rule in rules if rule.get("id") == result.get("ruleId")), {})


def _message(result: dict[str, Any], rule: dict[str, Any]) -> str:
    """Section 3.11.7: the text stands in the result, or in the rule under the message's id."""
    message = result.get("message") or {}
    stored = (rule.get("messageStrings") or {}).get(message.get("id")) or {}
    text = message.get("text") or stored.get("text") or (rule.get("shortDescription") or {}).get("text") or ""
    arguments = message.get("arguments") or []

    def filled(part: re.Match[str]) -> str:
        if part[1] is None:
            return part[0][0]
        return str(arguments[int(part[1])]) if int(part[1]) < len(arguments) else part[0]

    return first_line(_PARTS.sub(filled, text) if arguments else text)


def _severity(result: dict[str, Any], rule: dict[str, Any]) -> str:
    """The rule's CVSS score when it has one, else the level; both default as the specification says."""
    properties = {**(rule.get("properties") or {}), **(result.get("properties") or {})}
    score = properties.get("security-severity")
    if score is not None:
        return next((severity for limit, severity in _SCORES if float(score) < limit), "CRITICAL")
    default = (rule.get("defaultConfiguration") or {}).get("level", "warning")
    return _LEVELS.get(result.get("level", default), "UNKNOWN")


def _place(result: dict[str, Any]) -> str:
    for location in result.get("locations") or []:
        uri = location.get("physicalLocation", {}).get("artifactLocation", {}).get("uri")
        if uri:
            return word(uri)
    return ""
