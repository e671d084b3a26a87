"""action/install.py installs what this commit locks, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.integration
def test_an_unexpected_content_is_refused_and_nothing_goes_on_path(tmp_path: Path, action: Path) -> None:
    with zipfile.ZipFile(tmp_path / "semver-9.0-py3-none-any.whl", "w") as wheel:
        info = "semver-9.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: semver\nVersion: 9.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    (action / "dev" / "runtime.txt").write_text(f"semver==9.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    (action / "dev" / "build.txt").write_text("", encoding="utf-8")
    files = {name: str(tmp_path / name) for name in ("GITHUB_PATH", "GITHUB_OUTPUT")}
    local = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "RUNNER_TEMP": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-I", str(action / "action" / "install.py")],
        env={**os.environ, **files, **local},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "GITHUB_PATH").exists()
