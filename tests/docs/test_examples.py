"""YAML that readers may copy is valid. (docs/configuration.md: tests/schemas.)"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from helmforge import yamlio
from helmforge.config import parse_service, parse_settings
from helmforge.schemas import schema_text
from tests.docs.markdown import Page, name, pages

if TYPE_CHECKING:
    from tests.docs.markdown import Block

BLOCKS = {
    f"{name(path)}:{block.line}": block
    for path in pages()
    for block in Page(path).blocks
    if block.language == "yaml"
}


@pytest.mark.parametrize("place", BLOCKS)
def test_it_is_yaml_and_the_configuration_files_are_valid(place: str) -> None:
    block = BLOCKS[place]
    assert list(yamlio.load_stream(block.text, "example"))
    kind = _kind(block)
    if kind:
        data = yamlio.parse(block.text, "example").data
        assert list(Draft202012Validator(json.loads(schema_text(kind))).iter_errors(data)) == []
    if kind == "config":
        parse_settings(block.text)
    elif kind == "service":
        parse_service(block.text, "services/shop")


def test_both_kinds_are_there() -> None:
    assert set(map(_kind, BLOCKS.values())) == {"config", "service", ""}


def _kind(block: Block) -> str:
    """`yaml config`, `yaml service`, or the path of such a file."""
    if block.label == "config" or block.label.endswith("helmforge.yaml"):
        return "config"
    return "service" if block.label == "service" or block.label.endswith("service.yaml") else ""
