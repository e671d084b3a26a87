"""One page that needs nothing else and runs nothing."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from helmforge.cli.brief.pieces import Outside
from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from helmforge.cli.brief.pieces import Page

_TEMPLATE = "page.html.j2"
_SIGNS = {"+": "added", "-": "removed", "@": "place"}


def as_html(page: Page) -> str:
    text = resources.files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"clean": clean, "sign": lambda line: _SIGNS.get(line[:1], "same")}
    environment.tests["outside"] = lambda piece: isinstance(piece, Outside)
    return environment.from_string(text).render(page=page)
