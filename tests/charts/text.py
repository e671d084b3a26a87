"""Objects as text that reads well in a diff."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.charts.helm import Object


def as_yaml(objects: Mapping[str, Object]) -> str:
    """One document for each object, in the order of kind and name, keys sorted."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 4096
    out = io.StringIO()
    yaml.dump_all([objects[name] for name in sorted(objects)], out)
    return out.getvalue()
