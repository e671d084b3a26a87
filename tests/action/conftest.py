from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_USED = [
    "action",
    "action.yml",
    "chart_templates",
    "dev",
    "helmforge",
    "LICENSE",
    "pyproject.toml",
    "README.md",
]


@pytest.fixture
def action(tmp_path: Path) -> Path:
    """The action as a runner fetches it: a folder with the files of the repository."""
    folder = tmp_path / "action"
    folder.mkdir()
    for name in _USED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder
