"""docs/values/ is what the schemas say, a page for each type."""

from __future__ import annotations

import pytest

from dev.generate_values import VALUES, page
from helmforge.adapters.templates import JinjaTemplates

TYPES = JinjaTemplates().types()


@pytest.mark.parametrize("type_name", TYPES)
def test_the_page_is_up_to_date(type_name: str) -> None:
    text = (VALUES / f"{type_name}.md").read_text(encoding="utf-8")
    assert text == page(type_name), "run: python -m dev.generate_values"


def test_no_other_page() -> None:
    assert {path.stem for path in VALUES.glob("*.md")} == set(TYPES)


@pytest.mark.parametrize("type_name", TYPES)
def test_every_key_has_a_meaning(type_name: str) -> None:
    rows = [line for line in page(type_name).splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []
