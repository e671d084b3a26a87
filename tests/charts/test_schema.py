"""values.schema.json describes values.yaml, all of it, and needs nothing from outside: for every type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.charts.schema_walk import contract
from tests.charts.types import answers, types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.charts.schema_walk import Contract

# fmt: off
WEB_CONTRACT = {
    "image", "imagePullSecrets", "port", "command", "args", "replicas", "resources", "probes", "service",
    "ports", "metricsPort", "route", "ingress", "config", "env", "envFrom", "secrets", "persistence",
    "tmpDirs", "volumes", "volumeMounts", "initContainers", "sidecars", "rollout", "canary", "blueGreen",
    "autoscaling", "podDisruptionBudget", "topologySpread", "nodeSelector", "tolerations", "affinity",
    "priorityClassName", "podSecurityContext", "securityContext", "serviceAccount", "rbac", "networkPolicy",
    "serviceMonitor", "tests", "extraObjects",
}
# fmt: on


@pytest.fixture(params=types())
def promised(request: pytest.FixtureRequest) -> Contract:
    return contract(answers(request.param))


def test_it_is_draft_07(promised: Contract) -> None:
    assert promised.schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(promised.schema)


def test_it_is_self_contained(promised: Contract) -> None:
    assert _used(promised) <= set(promised.schema.get("definitions", {}))


def test_no_definition_is_unused() -> None:
    """By any type: some definitions are shared by all, and not every type needs each of them."""
    contracts = [contract(answers(name)) for name in types()]
    defined = {name for one in contracts for name in one.schema.get("definitions", {})}
    assert defined == set().union(*map(_used, contracts))


def test_it_accepts_the_values(promised: Contract) -> None:
    jsonschema.Draft7Validator(promised.schema).validate(promised.values)


def test_the_contract_of_web_is_kept() -> None:
    assert set(contract(answers("web")).values) >= WEB_CONTRACT


def test_every_key_is_described(promised: Contract) -> None:
    """At every level, also those that values.yaml does not show: editors explain them."""
    silent = [".".join(name) for name, schema in promised.keys().items() if not schema.get("description")]
    assert silent == []


def test_every_key_of_the_values_is_in_the_schema(promised: Contract) -> None:
    unknown = {
        (*place.path, key)
        for place in promised.places(promised.values)
        for key in place.values
        if key not in place.schema["properties"]
    }
    assert unknown == set()


def test_every_key_of_the_schema_is_in_the_values(promised: Contract) -> None:
    """`helm show values` tells the whole truth. An umbrella chart's two keys are not ours to set."""
    assert set(promised.schema["properties"]) - {"global", "enabled"} == set(promised.values)


def test_owned_objects_are_closed(promised: Contract) -> None:
    """An object with named properties refuses others, but for Kubernetes' own containers."""
    open_objects = [
        node
        for node in _nodes(promised.schema)
        if "properties" in node and node.get("additionalProperties", True) is not False
    ]
    containers = promised.schema.get("definitions", {}).get("containers", {})
    assert [node for node in open_objects if node is not containers.get("additionalProperties")] == []


def test_what_the_templates_need_cannot_be_taken_away(promised: Contract) -> None:
    """`key: null` removes a default; a number or a word that a template prints must be required."""
    may_go = {
        "tmpDirs", "topologySpread.topologyKeys", "autoscaling.cpu", "timeZone", "activeDeadlineSeconds",
        "startingDeadlineSeconds",
    }  # fmt: skip
    passing_through = ("probes.", "resources.", "podSecurityContext.", "securityContext.")
    for place in promised.places(promised.values):
        if any(step.isdigit() for step in place.path):
            continue  # an element of a list: lists are replaced as a whole
        for key, value in place.values.items():
            path = ".".join((*place.path, key))
            nested = isinstance(value, dict) and place.path
            if value in ("", 0, [], {}) or nested or path in may_go or path.startswith(passing_through):
                continue
            assert key in place.schema.get("required", []), path


def _used(promised: Contract) -> set[str]:
    references = {node["$ref"] for node in _nodes(promised.schema) if "$ref" in node}
    return {reference.removeprefix("#/definitions/") for reference in references}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)
