"""docs/linting.md knows every rule and every key of the JSON."""

from __future__ import annotations

import re

from helmforge.cli.findings import document
from helmforge.domain.findings import Finding, Place
from helmforge.domain.findings_rules import RULES
from helmforge.flows.lint import Report
from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "linting.md").read_text(encoding="utf-8")


def test_every_rule_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z]+/[a-z-]+)` \| (\w+) \| (.+?) \|", PAGE, flags=re.MULTILINE)

    assert rows == [(rule.id, rule.severity.value, rule.title) for rule in RULES.values()]


def test_every_key_of_the_json_is_explained() -> None:
    finding = Finding("helm/error", Place("a"), "b", "c", related=Place("d"))
    report = document(Report((finding,), ("a",), ("qa",)))
    entries = report["findings"]
    assert isinstance(entries, list)
    chapter = PAGE.partition("### JSON")[2].partition("###")[0]
    explained = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (.+?) \|", chapter, re.MULTILINE))))

    assert explained == set(report) | set(entries[0])
