"""Data -> text for people to read and compare."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

if TYPE_CHECKING:
    from ruamel.yaml.nodes import ScalarNode

_WIDTH = 1_000_000  # never folded: a folded line differs where nothing does


class _Representer(SafeRepresenter):
    """Its own class: representers are registered with classes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - ruamel's signature
        return True

    def text(self, data: str) -> ScalarNode:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.text)


def dump(data: object) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.width = _WIDTH
    text = io.StringIO()
    yaml.dump(data, text)
    return text.getvalue()
