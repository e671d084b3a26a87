"""Every `helmforge …` that the documentation shows is one that the command line accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.command_lines import mentioned, objection
from tests.docs.markdown import ROOT, Page, name, pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", pages(), ids=name)
def test_every_command_line_is_accepted(path: Path) -> None:
    wrong = {line: objection(line) for line in mentioned(Page(path)) if objection(line)}

    assert wrong == {}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("relaese cut notification", "there is no command 'relaese'"),
        ("release cut --minor", "Missing argument 'SERVICE'"),
        ("release cut notification --mnior", "No such option"),
        ("release promote notification 1.0.0", "Missing option '--env'"),
        ("pipeline plan -o xml", "'xml' is not one of"),
        ("release cut notification 1.0.0 orders", "unexpected extra argument"),
    ],
)
def test_a_wrong_one_is_found(arguments: str, why: str) -> None:
    assert why in objection(arguments)


@pytest.mark.parametrize(
    "arguments", ["release cut SERVICE [VERSION]", "release", "release cut", "demo --keep DIR", "--help"]
)
def test_notation_of_manuals_is_understood(arguments: str) -> None:
    assert objection(arguments) == ""


def test_they_are_looked_for_in_spans_scripts_and_after_prompts(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`helmforge init` but not helmforge in prose.\n"
        "```console\n$ cd x && helmforge schema | head\nnext: helmforge nonsense\n```\n"
        "```yaml\n- run: helmforge demo   # watch\n```\n",
        encoding="utf-8",
    )

    assert mentioned(Page(page)) == ["init", "schema", "demo"]


def test_every_target_of_make_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {line.partition(":")[0] for line in makefile.splitlines()}
    spans = {span for path in pages() for span in Page(path).spans if span.startswith("make ")}

    assert {span for span in spans if span.split()[1] not in targets} == set()
