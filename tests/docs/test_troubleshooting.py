"""The errors that docs/troubleshooting.md explains are errors that somebody can meet."""

from __future__ import annotations

import re

import pytest

from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
_TEXTS = (path.read_text(encoding="utf-8") for path in (ROOT / "helmforge").rglob("*.py"))
SOURCES = "\n".join(_TEXTS).replace("{SETTINGS_FILE}", "helmforge.yaml")
CELLS = re.findall(r"^\| (`.*?) \| ", PAGE, flags=re.MULTILINE)
ERRORS = [error for cell in CELLS for error in re.findall(r"`([^`]*)`", cell)]


def test_there_are_some() -> None:
    assert len(ERRORS) > len(CELLS) > 20


@pytest.mark.parametrize("error", ERRORS)
def test_an_explained_error_exists(error: str) -> None:
    """`…` is what the code fills in; the words between must stand there."""
    words = [part.strip() for part in error.split("…") if part.strip()]

    assert words
    assert [part for part in words if part not in SOURCES] == []
