"""A service of the type `namespace`, as a user meets it: checked by everything, released by nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode
from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran

pytestmark = pytest.mark.integration
CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, namespace: "{context}-qa", deploy: on-trunk}
  prod: {cluster: {context: prod}, namespace: "{context}-production", deploy: on-approval}
"""
CHART = "services/shop-namespace/chart"


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    made = Monorepo(tmp_path, {"helmforge.yaml": CONFIG})
    ran = _run(made, "scaffold", "shop-namespace", "--type", "namespace", "--context", "shop")
    assert ran.code == 0, ran.err
    made.commit("a namespace")
    made.push("main")
    return made


def _run(repository: Monorepo, *arguments: str) -> Ran:
    helm = require_tool("helm4")
    environment = repository.environment | {"PATH": path_with(helm), "HELMFORGE_HELM": str(helm)}
    return run_helmforge(repository.root, environment, *arguments)


def test_each_environment_names_its_namespace(repository: Monorepo) -> None:
    for environment, namespace in (("qa", "shop-qa"), ("prod", "shop-production")):
        text = (repository.root / CHART / f"values-{environment}.yaml").read_text(encoding="utf-8")
        assert f'namespace: "{namespace}"' in text
    written = {path.name for path in (repository.root / "services/shop-namespace").iterdir()}
    assert written == {"service.yaml", "chart"}


def test_lint_has_no_finding(repository: Monorepo) -> None:
    ran = _run(repository, "lint", "shop-namespace")
    assert (ran.code, ran.err) == (0, ""), ran.out


def test_lint_finds_a_wrong_value(repository: Monorepo) -> None:
    repository.write({f"{CHART}/values-qa.yaml": "namespace: kube-system\n"})
    ran = _run(repository, "lint", "shop-namespace")
    assert ran.code == ExitCode.FAILED
    assert "kube-system belongs to Kubernetes" in ran.out


def test_render_shows_the_objects_of_an_environment(repository: Monorepo) -> None:
    ran = _run(repository, "render", "shop-namespace", "--env", "prod", "-o", "json")
    assert ran.code == 0, ran.err
    items = {item["kind"]: item["metadata"] for item in ran.document["items"]}
    assert items["Namespace"]["name"] == items["Role"]["namespace"] == "shop-production"
    assert "release shop-namespace in namespace namespaces" in ran.err
    assert "image" not in ran.err


def test_update_has_nothing_to_do(repository: Monorepo) -> None:
    ran = _run(repository, "update", "--all", "--check")
    assert ran.code == 0, ran.out + ran.err


def test_the_pipeline_checks_and_publishes_nothing(repository: Monorepo) -> None:
    """Also on a trunk that deploys; no registry and no cluster is asked."""
    ran = _run(repository, "pipeline", "run", "--service", "shop-namespace", "-o", "json")
    assert ran.code == 0, ran.out + ran.err
    assert ran.statuses.keys() == {"test", "lint", "render", "policy"}


def test_it_is_not_released(repository: Monorepo) -> None:
    ran = _run(repository, "release", "cut", "shop-namespace", "1.0.0")
    assert ran.code == ExitCode.REFUSED
    assert "makes namespaces, and is not released" in ran.err
    where = "--namespace namespaces --create-namespace --kube-context prod"
    command = f"helm upgrade --install shop-production {CHART} {where} --values {CHART}/values-prod.yaml"
    assert command in ran.err
    assert "refs/heads/release/shop-namespace/1.0.0" not in repository.remote_refs()


def test_a_release_branch_made_by_hand_is_refused(repository: Monorepo) -> None:
    repository.branch("release/shop-namespace/1.0.0")
    repository.push("release/shop-namespace/1.0.0")
    ran = _run(repository, "pipeline", "run")
    assert ran.code == ExitCode.REFUSED
    assert "is not released" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ("release", "approve", "shop-namespace", "1.0.0", "--env", "prod"),
        ("release", "promote", "shop-namespace", "1.0.0", "--env", "prod"),
        ("release", "rollback", "shop-namespace", "--env", "prod"),
        ("release", "status", "shop-namespace"),
    ],
)
def test_it_has_no_versions(repository: Monorepo, command: tuple[str, ...]) -> None:
    ran = _run(repository, *command)
    assert ran.code == ExitCode.REFUSED, ran.out + ran.err
    assert "is not released" in ran.err


def test_status_leaves_it_out(repository: Monorepo) -> None:
    ran = _run(repository, "release", "status", "-o", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["services"] == []
