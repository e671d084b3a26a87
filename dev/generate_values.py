"""Write docs/values/<type>.md, all keys of a chart's values: `python -m dev.generate_values`.

Meanings and limits come from values.schema.json, defaults from values.yaml, as they are scaffolded.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from dev.cache import ROOT
from helmforge.adapters.templates import JinjaTemplates
from helmforge.domain.scaffolding import ChartAnswers
from helmforge.yamlio import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    Schema = dict[str, Any]

VALUES = ROOT / "docs" / "values"
_NONE = object()
_LIMITS = {"minimum": "at least", "maximum": "at most", "minItems": "items: at least", "pattern": "pattern"}
_ALTERNATIVE = " or "
_HEAD = """\
# Values of the type `{type}`

Every key that the chart reads, from its `values.schema.json`; the defaults are those of `values.yaml`.
[The type {type}](../types/{type}.md) shows them at work. `NAME` stands for a name that you choose.

| Key | Type | Default | Meaning |
|---|---|---|---|
"""


def main() -> int:
    VALUES.mkdir(exist_ok=True)
    for type_name in JinjaTemplates().types():
        (VALUES / f"{type_name}.md").write_text(page(type_name), encoding="utf-8")
    return 0


def page(type_name: str) -> str:
    answers = ChartAnswers(
        service="notification",
        type=type_name,
        context="shop",
        port=8080,
        registry="myrepo.cr.io",
        environments=(),
    )
    files = JinjaTemplates().render(answers)
    schema = json.loads(files["chart/values.schema.json"])
    defaults = parse(files["chart/values.yaml"], "values.yaml").data
    rows = (_row(*key) for key in _keys(schema, schema, "", defaults))
    return _HEAD.format(type=type_name) + "".join(f"{row}\n" for row in rows)


def _row(path: str, schema: Schema, default: object) -> str:
    shown = "" if default is _NONE or _is_group(schema, default) else _code(_inline(default))
    return f"| `{path}` | {_type(schema)} | {shown} | {_cell(_meaning(schema))} |"


def _keys(root: Schema, schema: Schema, above: str, defaults: object) -> Iterator[tuple[str, Schema, object]]:
    """Each key with its schema and its default, in the order of values.yaml, then of the schema."""
    known = defaults if isinstance(defaults, dict) else {}
    properties = schema.get("properties", {})
    names = [*(name for name in known if name in properties), *(n for n in properties if n not in known)]
    for name in names:
        path = f"{above}.{name}" if above else name
        found = _resolved(root, properties[name])
        default = known.get(name, _NONE)
        yield path, found, default
        yield from _keys(root, found, path, default)
        for suffix, inner in _inside(root, found):
            yield from _keys(root, inner, path + suffix, _NONE)


def _inside(root: Schema, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The schemas of what a map or a list holds."""
    for keyword, suffix in (("additionalProperties", ".NAME"), ("items", "[]")):
        inner = schema.get(keyword)
        if isinstance(inner, dict):
            yield suffix, _resolved(root, inner)


def _resolved(root: Schema, schema: Schema) -> Schema:
    """With what `$ref` points to; a description beside it wins."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**root["definitions"][reference.rpartition("/")[2]], **schema}


def _is_group(schema: Schema, default: object) -> bool:
    return isinstance(default, dict) and bool(default) and "properties" in schema


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(_code(_inline(value)) for value in schema["enum"])
    kind = schema.get("type", "any")
    kind = _ALTERNATIVE.join(kind) if isinstance(kind, list) else kind
    return {"object": "map", "array": "list"}.get(kind, kind)


def _meaning(schema: Schema) -> str:
    limits = [f"{word} {_code(str(schema[key]))}" for key, word in _LIMITS.items() if key in schema]
    text = str(schema.get("description", ""))
    return f"{text} ({', '.join(limits)})" if limits else text


def _inline(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
