"""What stands in Azure's file: by the published schema, and for pools, containers and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.config import parse_settings
from helmforge.domain.ci_files import CiSystem
from tests.azure.agent import load
from tests.support.ci_schemas import objections
from tests.support.ci_settings import random_settings, rendered, settings_of, settings_with

if TYPE_CHECKING:
    from pathlib import Path

_CI = (
    "",
    "ci: {image: example.com/helmforge:1}\n",
    "ci: {runner: windows-2025}\n",
    "ci: {runner: [Own pool, docker, 'arch: arm64'], image: example.com/helmforge:1}\n",
    "branches: {feature: [], ignore: []}\n",
    "provenance: {sign: {key: 'env://COSIGN_PRIVATE_KEY'}}\n",
    "provenance: {sign: {keyless: true}}\n",
)


@pytest.mark.integration
def test_the_published_schema_has_no_objections(tmp_path: Path) -> None:
    texts = [rendered(CiSystem.AZURE, settings_of(text)) for text in _CI]
    texts += [rendered(CiSystem.AZURE, settings) for settings in random_settings(6, seed=13)]
    assert objections("azure-pipelines", texts, tmp_path) == ""


@pytest.mark.integration
def test_the_schema_sees_a_wrong_file(tmp_path: Path) -> None:
    wrong = rendered(CiSystem.AZURE, settings_of()).replace("trigger: manual", "trigger: sometimes")
    assert objections("azure-pipelines", [wrong], tmp_path)


@pytest.mark.parametrize("name", ["on", "no", "null", "true"])
def test_an_environment_may_be_called_what_yaml_takes_for_something_else(name: str) -> None:
    environments = f"{{'{name}': {{cluster: {{context: a}}, deploy: on-approval}}}}"
    text = f"registry: r.example.com\nenvironments: {environments}\n"
    (*_, stage) = load(rendered(CiSystem.AZURE, parse_settings(text, "helmforge.yaml")))["stages"]
    assert (stage["stage"], stage["jobs"][0]["environment"]) == (f"promote_{name}", name)


@pytest.mark.parametrize(
    ("runner", "pool"),
    [
        ("", {"vmImage": "ubuntu-latest"}),
        ("ci: {runner: macos-15}", {"vmImage": "macos-15"}),
        ("ci: {runner: Own pool}", {"name": "Own pool"}),
        ("ci: {runner: [own, docker]}", {"name": "own", "demands": ["docker"]}),
    ],
)
def test_a_runner_is_a_hosted_image_or_a_pool(runner: str, pool: dict[str, object]) -> None:
    assert load(rendered(CiSystem.AZURE, settings_of(runner)))["pool"] == pool


def test_promotions_wait_for_a_person_and_for_the_checks_of_their_environment() -> None:
    content = load(rendered(CiSystem.AZURE, settings_of()))
    stages = {stage["stage"]: stage for stage in content["stages"]}
    assert list(stages) == ["plan", "services", "file", "result", "promote_pre_prod", "promote_prod"]
    for name, environment in (("promote_pre_prod", "pre-prod"), ("promote_prod", "prod")):
        (job,) = stages[name]["jobs"]
        assert (stages[name]["trigger"], job["environment"]) == ("manual", environment)
    assert "promote_pre_prod" in stages["promote_prod"]["dependsOn"]
    assert content["lockBehavior"] == "sequential"


@pytest.mark.parametrize(
    ("approvals", "waits"),
    [
        ("{required: 0}", False),
        ("{required: 1}", True),
        ("{required: 0, soak: 1d}", False),
        ("{by: ci}", True),
    ],
)
def test_a_promotion_without_an_approval_starts_by_itself(approvals: str, *, waits: bool) -> None:
    text = rendered(CiSystem.AZURE, settings_with(approvals))
    stages = {stage["stage"]: stage for stage in load(text)["stages"]}
    assert ("trigger" in stages["promote_pre_prod"]) is waits
    assert ("release brief, for pre-prod" in text) is waits
    assert stages["promote_prod"]["trigger"] == "manual"
