"""Objects against the schemas of Kubernetes itself, and of the custom resources that charts render."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from kubernetes_validate import utils  # type: ignore[import-untyped]  # has annotations but no py.typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.charts.helm import Object

VERSIONS = ("1.30", "1.33", "1.35", "1.37")
"""The oldest that the charts support, and the newest that kubernetes-validate knows."""

# It would parse two megabytes of definitions for each object.
utils.schema_contents = functools.cache(utils.schema_contents)


def violations(item: Object, version: str) -> Iterator[str]:
    """What a Kubernetes of this version would refuse or, an unknown field, drop."""
    definition = custom_resources().get((item["apiVersion"], item["kind"]))
    if definition is None:
        yield from _of_kubernetes(item, version)
        return
    judged = jsonschema.Draft202012Validator(closed(definition))
    yield from (f"{error.json_path}: {error.message}" for error in judged.iter_errors(item))
    # A custom resource has the metadata of every other object.
    bare = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": item["metadata"]}
    yield from _of_kubernetes(bare, version)


def _of_kubernetes(item: Object, version: str) -> Iterator[str]:
    try:
        utils.validate(item, version, strict=True)
    except utils.SchemaNotFoundError as error:
        yield error.message
    except utils.ValidationError as error:
        yield f"{error.json_path}: {error.message}"


@functools.cache
def custom_resources() -> dict[tuple[str, str], dict[str, Any]]:
    """apiVersion and kind -> schema (crds/NOTICE.md)."""
    files = sorted((Path(__file__).parent / "crds").glob("*.json"))
    read = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {(one["apiVersion"], one["kind"]): one["schema"] for one in read}


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """A structural schema that refuses what the API server would silently prune.

    Only those parts of a schema declare fields that stand here; anyOf and its like restrict values. What
    has a default is not required: the API server sets it first.
    """
    node = dict(schema)
    if "properties" in node:
        fields = node["properties"]
        node["properties"] = {name: closed(field) for name, field in fields.items()}
        node["required"] = [name for name in node.get("required", ()) if "default" not in fields[name]]
        if not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
    for part in ("items", "additionalProperties"):
        if isinstance(node.get(part), dict):
            node[part] = closed(node[part])
    if node.get("nullable") and "type" in node:
        node["type"] = [node["type"], "null"]
    return node
