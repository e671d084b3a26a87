"""The four forms of a brief. HELMFORGE_UPDATE_GOLDEN=1 writes the golden files anew: read the diff."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.cli.brief.document import document
from helmforge.cli.brief.html import as_html
from helmforge.cli.brief.markdown import as_markdown
from helmforge.cli.brief.page import page_of
from helmforge.cli.brief.summary import summary_page
from helmforge.cli.brief.text import as_text
from helmforge.cli.printing import as_json
from helmforge.domain.brief.objects import Action, Difference, ObjectDifference
from tests.cli.brief.sample import FIRST, FULL, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.brief import Brief

GOLDEN = Path(__file__).parent / "golden"
BRIEFS = {"full": FULL, "unknown": UNKNOWN, "first": FIRST}


def _json(brief: Brief) -> str:
    return as_json(document(brief), indent=2, sort_keys=True)


FORMS: dict[str, Callable[[Brief], str]] = {
    "txt": lambda brief: as_text(page_of(brief)),
    "md": lambda brief: as_markdown(page_of(brief)),
    "html": lambda brief: as_html(page_of(brief)),
    "json": _json,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", BRIEFS)
def test_it_says_what_it_said(name: str, form: str) -> None:
    golden = GOLDEN / f"{name}.{form}"
    shown = FORMS[form](BRIEFS[name]) + "\n"
    if os.environ.get("HELMFORGE_UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_what_is_about_to_be_signed_in_a_few_lines() -> None:
    shown = as_text(summary_page(FULL)).splitlines()
    assert shown[:4] == [
        "shop 1.2.0 for prod",
        "",
        "What is to be approved",
        f"  prod runs 1.1.0, commit {'b' * 12}, for 5d",
    ]
    assert shown[-5].startswith("  changes: 3 commits by 2 authors: Ada <ada@example.com> (2), ")
    assert shown[-4:] == [
        "  changes: taken back: 1 commit of what runs now, not in this version",
        "  approvals: 1 of 2 needed, 1 to go; from ada@example.com, bob@example.com",
        "  differences, vulnerabilities, and how to undo it:",
        "  $ helmforge release brief shop 1.2.0 --env prod",
    ]


@pytest.mark.parametrize("name", BRIEFS)
def test_no_terminal_obeys_the_few_lines(name: str) -> None:
    shown = as_text(summary_page(BRIEFS[name]))
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown) == []


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == {f"{name}.{form}" for name in BRIEFS for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", BRIEFS)
def test_no_terminal_and_no_ci_system_obeys_it(name: str, form: str) -> None:
    shown = FORMS[form](BRIEFS[name])
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown) == []
    assert not any(line.lstrip().startswith("::error") for line in shown.splitlines())


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("name", BRIEFS)
def test_the_page_runs_nothing_and_needs_nothing(name: str) -> None:
    page = as_html(page_of(BRIEFS[name]))
    tags = _Tags()
    tags.feed(page)
    ours = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "code",
        "table",
        "thead",
        "tbody",
    }
    assert tags.seen <= ours | {"tr", "th", "td", "pre", "span", "details", "summary"}
    assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "name", "scope", "class"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


def test_markdown_keeps_hostile_text_in_its_place() -> None:
    """Outside of fences nothing of it is markup; inside nothing closes the fence."""
    text = as_markdown(page_of(FULL))
    prose, fence = [], ""
    for line in text.splitlines():
        found = re.match(r"(`{3,})(\w*)$", line)
        if found and not fence:
            fence = found[1]
        elif found and found[1] == fence:
            fence = ""
        elif not fence:
            prose.append(line)
    assert fence == ""
    outside = re.sub(r"</?(code|details|summary)>", "", "\n".join(prose))
    assert re.findall(r"[<>`@*]|https?:|www\.", outside) == []
    assert len([line for line in prose if line.startswith("#")]) == text.count("\n### ") + 1


def test_markdown_fits_into_a_comment() -> None:
    objects = tuple(
        ObjectDifference(f"ConfigMap/c{number}", Action.ADDED, "changes objects", (), ("+a: é",) * 500)
        for number in range(100)
    )
    large = replace(FULL, difference=Difference("", objects, 0))
    text = as_markdown(page_of(large))
    assert len(text.encode()) <= 60_000
    assert text.endswith("`-o html` shows all of it._\n")
    assert "ConfigMap/c99" in as_text(page_of(large))


def test_what_is_decided_is_said_first() -> None:
    assert "2 of 2" not in FORMS["txt"](FULL)
    assert "1 of 2 needed, 1 to go" in FORMS["txt"](FULL)
    assert "approved; to promote it:" in FORMS["txt"](FIRST)
    assert "refused, whoever approves: prereleases stay outside" in FORMS["txt"](FIRST)


def test_the_json_tells_unknown_parts() -> None:
    parts = json.loads(_json(UNKNOWN))
    unknown = {name for name, part in parts.items() if isinstance(part, dict) and "unknown" in part}
    known = {"service", "version", "environment", "commit", "image", "chart", "made"}
    assert unknown == set(parts) - known
