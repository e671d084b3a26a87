from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# One violation for each contract of pyproject.toml: a new module, and what it must not import.
SEEDS = {
    "layers": ("config/seeded.py", "import helmforge.flows.ports"),
    "cli": ("cli/seeded.py", "import helmforge.adapters.process"),
    "click": ("flows/seeded.py", "import click"),
    "flows": ("flows/seeded.py", "import socket"),
    "adapters": ("adapters/seeded.py", "import helmforge.adapters.git"),
    "subprocess": ("sandbox/seeded.py", "import subprocess"),
    "domain": ("domain/seeded.py", "import os"),
}


def _lint_imports(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    argv = [str(program), "--config", "pyproject.toml", "--no-cache", *options]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False, timeout=120)


def test_the_import_rules_hold() -> None:
    done = _lint_imports(ROOT)

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_each_contract_has_a_seeded_violation() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]} == set(SEEDS)


@pytest.mark.parametrize("contract", SEEDS)
def test_a_violation_is_found(contract: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "helmforge", tmp_path / "helmforge", ignore=shutil.ignore_patterns("__pycache__"))
    path, line = SEEDS[contract]
    (tmp_path / "helmforge" / path).write_text(f"{line}\n", encoding="utf-8")

    done = _lint_imports(tmp_path, "--contract", contract)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broken" in done.stdout
    assert "helmforge." + path.removesuffix(".py").replace("/", ".") in done.stdout
