"""`helmforge scaffold` of every type as a user types it, judged by the real Helm."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates import JinjaTemplates
from helmforge.cli.scaffold import scaffold
from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo
from tests.support.tools import require_tool
from tests.support.updating import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

TYPES = JinjaTemplates().types()


@pytest.fixture
def repo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path, {"helmforge.yaml": CONFIG})


@pytest.mark.integration
@pytest.mark.parametrize("type_name", TYPES)
def test_a_type_from_the_command_line_to_helm_lint(repo: Monorepo, type_name: str) -> None:
    done = run_helmforge(repo.root, repo.environment, "scaffold", "shop", "--type", type_name)
    assert (done.code, done.err) == (0, "")
    service = repo.root / "services" / "shop"
    assert f"type: {type_name}\n" in (service / "service.yaml").read_text(encoding="utf-8")
    assert (service / "Dockerfile").exists() is (type_name != "namespace")
    lint = [str(require_tool("helm4")), "lint", "--strict", str(service / "chart")]
    linted = subprocess.run(lint, env=repo.environment, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_help_names_every_type(repo: Monorepo) -> None:
    [option] = [one for one in scaffold.params if one.name == "type_"]
    assert all(name in str(option.to_info_dict()["help"]) for name in TYPES)
    done = run_helmforge(repo.root, repo.environment, "scaffold", "shop", "--type", "demon")
    assert done.code == 2
    assert "did you mean 'daemon'?" in done.err
    assert not (repo.root / "services" / "shop").exists()
