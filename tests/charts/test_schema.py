"""values.schema.json describes values.yaml, all of it, and needs nothing from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema

from helmforge.adapters.templates import JinjaTemplates
from tests.charts.helm import ANSWERS, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = JinjaTemplates().render(ANSWERS)
SCHEMA: dict[str, Any] = json.loads(FILES["chart/values.schema.json"])
VALUES: dict[str, Any] = read_yaml(FILES["chart/values.yaml"])
# fmt: off
CONTRACT = {
    "image", "imagePullSecrets", "port", "command", "args", "replicas", "resources", "probes", "service",
    "ports", "metricsPort", "route", "ingress", "config", "env", "envFrom", "secrets", "persistence",
    "tmpDirs", "volumes", "volumeMounts", "initContainers", "sidecars", "rollout", "canary", "blueGreen",
    "autoscaling", "podDisruptionBudget", "topologySpread", "nodeSelector", "tolerations", "affinity",
    "priorityClassName", "podSecurityContext", "securityContext", "serviceAccount", "rbac", "networkPolicy",
    "serviceMonitor", "tests", "extraObjects",
}
# fmt: on


def test_it_is_draft_07() -> None:
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_it_is_self_contained() -> None:
    references = [node["$ref"] for node in _nodes(SCHEMA) if "$ref" in node]
    assert references
    for reference in references:
        assert reference.startswith("#/definitions/")
        assert reference.removeprefix("#/definitions/") in SCHEMA["definitions"]


def test_no_definition_is_unused() -> None:
    used = {node["$ref"].removeprefix("#/definitions/") for node in _nodes(SCHEMA) if "$ref" in node}
    assert used == set(SCHEMA["definitions"])


def test_it_accepts_the_values() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(VALUES)


def test_the_contract_is_kept() -> None:
    assert set(VALUES) >= CONTRACT


def test_every_key_of_the_values_is_described() -> None:
    for path, _ in _keys(VALUES, ""):
        described = _lookup(path)
        assert described is not None, f"{path} is not in the schema"
        assert described.get("description"), f"{path} has no description"


def test_every_key_of_the_schema_is_in_the_values() -> None:
    """`helm show values` tells the whole truth. An umbrella chart's two keys are not ours to set."""
    assert set(SCHEMA["properties"]) - {"global", "enabled"} == set(VALUES)


def test_owned_objects_are_closed() -> None:
    """An object with named properties refuses others, but for Kubernetes' own containers."""
    open_objects = [
        node
        for node in _nodes(SCHEMA)
        if "properties" in node and node.get("additionalProperties", True) is not False
    ]
    assert open_objects == [SCHEMA["definitions"]["containers"]["additionalProperties"]]


def test_what_the_templates_need_cannot_be_taken_away() -> None:
    """`key: null` removes a default; a number or a word that a template prints must be required."""
    may_go = {"tmpDirs", "topologySpread.topologyKeys", "autoscaling.cpu"}
    passing_through = ("probes.", "resources.")
    for path, value in _keys(VALUES, ""):
        parent, _, key = path.rpartition(".")
        owner = SCHEMA if not parent else _lookup(parent)
        assert owner is not None
        nested = isinstance(value, dict) and parent
        if value in ("", 0, [], {}) or nested or path in may_go or path.startswith(passing_through):
            continue
        assert key in owner.get("required", []), path


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _keys(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Keys that the chart owns: it does not go down into what passes through to Kubernetes."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path, value
        if isinstance(value, dict) and "properties" in (_lookup(path) or {}):
            yield from _keys(value, f"{path}.")


def _lookup(path: str) -> dict[str, Any] | None:
    node: dict[str, Any] | None = SCHEMA
    for key in path.split("."):
        found = (node or {}).get("properties", {}).get(key)
        if found is None:
            return None
        target = found.get("$ref", "").removeprefix("#/definitions/")
        node = SCHEMA["definitions"].get(target, {}) | found
    return node
