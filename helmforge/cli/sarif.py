"""Findings as SARIF 2.1.0 (OASIS), which GitHub code scanning and editors show at their lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from helmforge import __version__
from helmforge.domain.findings_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.domain.findings import Finding, Place
    from helmforge.domain.findings_rules import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"  # the root of the repository, by the convention of SARIF's readers


def sarif(findings: Sequence[Finding]) -> dict[str, object]:
    rules = list(RULES)
    driver = {
        "name": "helmforge",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "helmforge-lint/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.rule)) for finding in findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.replace("/", "-").split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.help},
        "help": {"text": rule.help, "markdown": rule.help},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": [rule.id.partition("/")[0]]},
    }


def _result(finding: Finding, rule: int) -> dict[str, object]:
    environments = f" (in {', '.join(finding.environments)})" if finding.environments else ""
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.about.severity.value,
        "message": {"text": f"{finding.reason}{environments}. To do: {finding.remedy}."},
        "locations": [{"physicalLocation": _physical(finding.place)}],
        "partialFingerprints": {"helmforge/v1": _fingerprint(finding)},
        "properties": {
            "service": finding.service,
            "environments": list(finding.environments),
            "key": finding.key,
            "remedy": finding.remedy,
        },
    }
    if finding.related:
        related = {
            "physicalLocation": _physical(finding.related),
            "message": {"text": "the value is set here"},
        }
        result["relatedLocations"] = [related]
    return result


def _physical(place: Place) -> dict[str, object]:
    region = {"startLine": max(1, place.line)} | ({"startColumn": place.column} if place.column else {})
    return {"artifactLocation": {"uri": quote(place.file), "uriBaseId": _ROOT}, "region": region}


def _fingerprint(finding: Finding) -> str:
    """The same thing is the same alert, also when lines above it come and go."""
    parts = (finding.rule, finding.place.file, finding.key, finding.reason)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
