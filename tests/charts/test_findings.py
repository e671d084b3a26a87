"""Zero findings: every type, with defaults and with everything switched on, before every checker."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from yamllint import linter  # type: ignore[import-untyped]  # no py.typed
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]  # no py.typed

from tests.charts.checking import CARELESS, prepared
from tests.charts.helm import Helm
from tests.charts.kubernetes_schemas import VERSIONS, custom_resources, violations
from tests.charts.types import VARIANTS, cases, types, variants
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.charts.checking import Workspace

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
# docs/charts.md explains both; each stands with its reason in the chart, and only where a value asks for it.
EXCEPTIONS = {"CKV_K8S_35", "CKV_K8S_38"}
# What a deployer is there for. The Role explains each in a comment, and docs/types/namespace.md does.
RIGHTS_OF_THE_DEPLOYER = {"KSV-0048", "KSV-0049", "KSV-0056", "KSV-0113"}
for_cases = pytest.mark.parametrize(("type_name", "variant"), cases())
for_types = pytest.mark.parametrize("type_name", types())


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    base = tmp_path_factory.getbasetemp()
    return prepared((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "findings")


def test_every_type_has_its_values() -> None:
    """A type without a line in tests/charts/types.py would be proven with its defaults only."""
    assert set(VARIANTS) == set(types())


@for_cases
@pytest.mark.parametrize("program", ["helm3", "helm4"])
def test_helm_lint(workspace: Workspace, program: str, type_name: str, variant: str, tmp_path: Path) -> None:
    helm = Helm(require_tool(program), workspace.service(type_name) / "chart", tmp_path)
    linted = helm.lint(variants(type_name)[variant])
    assert not linted.failed, linted.text
    assert "WARNING" not in linted.text


@for_cases
def test_kubernetes_knows_every_field(
    workspace: Workspace, type_name: str, variant: str, record_property: Callable[[str, object], None]
) -> None:
    objects = workspace.objects(type_name, variant)
    found = [
        f"{item['kind']} {item['metadata']['name']}, Kubernetes {version}: {what}"
        for version in VERSIONS
        for item in objects
        for what in violations(item, version)
    ]
    assert found == []
    judged = f"{len(objects)} objects valid, strictly, in Kubernetes {', '.join(VERSIONS)}"
    record_property("evidence", f"{type_name}, {variant}: {judged}")


@for_types
def test_checkov(
    workspace: Workspace, type_name: str, record_property: Callable[[str, object], None]
) -> None:
    results = workspace.report("checkov")["results"]
    passed, failed, skipped = (
        [one for one in results[f"{kind}_checks"] if _of(type_name, one["file_path"])]
        for kind in ("passed", "failed", "skipped")
    )
    assert [f"{one['check_id']} {one['file_path']} {one['resource']}" for one in failed] == []
    assert passed
    assert {one["check_id"] for one in skipped} <= EXCEPTIONS
    assert all(one["check_result"]["suppress_comment"] for one in skipped)
    counts = f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped with a reason"
    record_property("evidence", f"{type_name}, checkov: {counts}")


@for_types
def test_trivy(workspace: Workspace, type_name: str, record_property: Callable[[str, object], None]) -> None:
    results = [one for one in workspace.report("trivy")["Results"] if _of(type_name, one["Target"])]
    assert {Path(one["Target"]).stem for one in results} == set(variants(type_name))
    every = [(one, what) for one in results for what in one.get("Misconfigurations", [])]
    excepted = [what for _, what in every if type_name == "namespace" and _of_the_deployer(workspace, what)]
    assert {what["ID"] for what in excepted} == (RIGHTS_OF_THE_DEPLOYER if excepted else set())
    assert [_finding(one, what) for one, what in every if what not in excepted] == []
    passed = sum(one["MisconfSummary"]["Successes"] for one in results)
    record_property(
        "evidence", f"{type_name}, trivy: {passed} passed, {len(excepted)} excepted, 0 others failed"
    )


@for_types
def test_nothing_hides_a_finding(workspace: Workspace, type_name: str) -> None:
    """But for checkov's annotations, which test_checkov counts."""
    texts = [path.read_text(encoding="utf-8") for path in workspace.service(type_name).rglob("*.*")]
    texts += [workspace.manifest(type_name, one).read_text(encoding="utf-8") for one in variants(type_name)]
    for text in texts:
        assert not [mark for mark in ("trivy:ignore", "checkov:skip", "yamllint disable") if mark in text]


def test_the_checkers_find_what_is_careless(workspace: Workspace) -> None:
    failed = workspace.report("checkov")["results"]["failed_checks"]
    assert {"CKV_K8S_16", "CKV_K8S_14"} <= {
        one["check_id"] for one in failed if _of(CARELESS, one["file_path"])
    }
    [pod] = [one for one in workspace.report("trivy")["Results"] if _of(CARELESS, one["Target"])]
    assert {"KSV-0017", "KSV-0125"} <= {one["ID"] for one in pod["Misconfigurations"]}


@for_cases
def test_yamllint_on_the_manifests(workspace: Workspace, type_name: str, variant: str) -> None:
    # Helm may close its output with empty lines.
    text = workspace.manifest(type_name, variant).read_text(encoding="utf-8").rstrip()
    assert _yaml_problems(f"{text}\n") == []


@for_types
def test_yamllint_on_the_scaffolded_files(workspace: Workspace, type_name: str) -> None:
    files = [*(workspace.service(type_name) / "chart").glob("*.yaml")]
    assert {"Chart.yaml", "values.yaml"} <= {path.name for path in files}
    for path in files:
        assert _yaml_problems(path.read_text(encoding="utf-8")) == [], path.name


@for_types
def test_hadolint(workspace: Workspace, type_name: str, tmp_path: Path) -> None:
    dockerfile = workspace.service(type_name) / "Dockerfile"
    if type_name == "namespace":
        assert not dockerfile.exists()
        return
    assert _hadolint(dockerfile, tmp_path) == []


def test_hadolint_finds_what_is_careless(tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM debian:latest\n# hadolint ignore=DL3002\nUSER root\n", encoding="utf-8")
    assert {"DL3007", "DL3002"} <= {finding["code"] for finding in _hadolint(dockerfile, tmp_path)}


def test_a_custom_resource_with_an_unknown_field_is_refused() -> None:
    for (api_version, kind), schema in custom_resources().items():
        item: dict[str, Any] = {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": "a"},
            "spec": {},
        }
        assert "spec" in schema["properties"]
        wrong = item | {"spec": {"mistyped": 1}, "metadata": {"nmae": "a"}}
        found = "\n".join(violations(wrong, VERSIONS[-1]))
        assert "'mistyped' was unexpected" in found
        assert "'nmae' was unexpected" in found


def _of(type_name: str, path: str) -> bool:
    return Path(path).parent.name == type_name


def _of_the_deployer(workspace: Workspace, what: dict[str, Any]) -> bool:
    role = workspace.manifest("namespace", "defaults").read_text(encoding="utf-8")
    return (
        what["ID"] in RIGHTS_OF_THE_DEPLOYER
        and what["ID"] in role
        and what["Message"].startswith("Role 'deployer' ")
    )


def _finding(target: dict[str, Any], what: dict[str, Any]) -> str:
    return f"{target['Target']}: {what['ID']} {what['Message']}"


def _yaml_problems(text: str) -> list[str]:
    config = YamlLintConfig((ROOT / ".yamllint.yaml").read_text(encoding="utf-8"))
    return [f"{one.line}:{one.column}: {one.message}" for one in linter.run(text, config)]


def _hadolint(dockerfile: Path, home: Path) -> list[dict[str, Any]]:
    """No configuration of the machine, and no excuse in the file, counts."""
    argv = [str(require_tool("hadolint")), "--format", "json", "--disable-ignore-pragma", str(dockerfile)]
    done = subprocess.run(
        argv, cwd=home, env={"HOME": str(home)}, capture_output=True, text=True, check=False
    )
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode == bool(findings), done.stderr
    return findings
