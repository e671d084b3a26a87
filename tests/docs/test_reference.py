"""docs/reference.md is what the command line says about itself."""

from __future__ import annotations

import re

from dev.generate_reference import REFERENCE, leaves, reference
from helmforge.cli.main import cli
from helmforge.errors import ExitCode
from tests.docs.markdown import ROOT, Page


def test_the_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python -m dev.generate_reference"


def test_every_command_has_its_chapter() -> None:
    chapters = re.findall(r"^### (.*)$", Page(REFERENCE).prose, flags=re.MULTILINE)

    assert chapters == [path for path, _ in leaves(cli, "helmforge")]


def test_every_exit_code_is_explained() -> None:
    codes = re.findall(r"^\| (\d+) \| .+ \|$", Page(REFERENCE).prose, flags=re.MULTILINE)

    assert [int(code) for code in codes] == list(ExitCode)


def test_every_environment_variable_of_ours_is_explained() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "helmforge").rglob("*.py"))
    used = {name for text in sources for name in re.findall(r"\bHELMFORGE_[A-Z_]*[A-Z]\b", text)}

    assert used
    assert used <= set(re.findall(r"HELMFORGE_[A-Z_]+", Page(REFERENCE).text))
