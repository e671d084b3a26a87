"""Links of the documentation lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.markdown import ROOT, Page, name, pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", pages(), ids=name)
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    broken = [link for link in Page(path).links if "://" not in link and not _leads_somewhere(path, link)]

    assert broken == []


def test_every_page_of_docs_is_in_the_index() -> None:
    docs = ROOT / "docs"
    linked = {(docs / link.partition("#")[0]).resolve() for link in Page(docs / "README.md").links}

    assert {page for page in docs.glob("*.md") if page.name != "README.md"} <= linked


def _leads_somewhere(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    page = (path.parent / target).resolve() if target else path
    if not page.is_relative_to(ROOT) or not page.exists():
        return False
    return not anchor or anchor in Page(page).anchors
