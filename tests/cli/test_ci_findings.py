"""Findings of steps with a real Helm, as GitHub marks them in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.output import logs
from tests.support.charted import CHART, DEPLOYMENT, VALUES, charted
from tests.support.commands import run_helmforge
from tests.support.events import demand_valid
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran
    from tests.support.repositories import Monorepo

pytestmark = pytest.mark.integration

_RUN = ("pipeline", "run", "--ref", "feature/x", "--service", "shop")


def _run(repository: Monorepo, *arguments: str) -> Ran:
    own = {"HELMFORGE_HELM": str(require_tool("helm4")), "GITHUB_ACTIONS": "true"}
    return run_helmforge(repository.root, repository.environment | own, *arguments)


def _marked(ran: Ran) -> list[tuple[str, str, str]]:
    """(file, line, rule) of each annotation."""
    errors = [one for one in logs.github(ran.err) if one.name in {"error", "warning"}]
    return [
        (one.properties["file"], one.properties["line"], one.text.partition("[")[2].partition("]")[0])
        for one in errors
    ]


def test_a_value_that_the_schema_refuses(tmp_path: Path) -> None:
    ran = _run(charted(tmp_path, {"values.yaml": VALUES.replace("replicas: 1", "replicas: one")}), *_RUN)
    assert ran.code == 1
    assert _marked(ran) == [(f"{CHART}/values.yaml", "1", "values/schema")]


def test_a_template_that_breaks_the_policy(tmp_path: Path) -> None:
    template = DEPLOYMENT.replace("      containers:\n", "      hostNetwork: true\n      containers:\n")
    repository = charted(tmp_path, {"templates/deployment.yaml": template})
    line = str(template[: template.index("hostNetwork")].count("\n") + 1)
    expected = [(f"{CHART}/templates/deployment.yaml", line, "policy/host-namespaces")]
    ran = _run(repository, *_RUN, "--event", "pull_request")
    assert _marked(ran) == expected
    assert "check the chart against the policy: failed" in ran.err
    lint = _run(repository, "lint")
    assert (lint.code, _marked(lint)) == (1, expected)


def test_findings_are_in_the_json(tmp_path: Path) -> None:
    repository = charted(tmp_path, {"values.yaml": VALUES.replace("replicas: 1", "replicas: one")})
    documents = demand_valid(_run(repository, *_RUN, "-o", "json").out)
    (finding,) = next(one["error"]["findings"] for one in documents if "error" in one)
    assert (finding["file"], finding["line"], finding["severity"]) == (f"{CHART}/values.yaml", 1, "error")
