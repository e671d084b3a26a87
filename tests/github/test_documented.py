"""docs/pipelines.md: what it says that a user may write, in a generated workflow."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.ci_files import keep_sections
from tests.docs.markdown import ROOT, Page
from tests.github.workflows import workflow
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

_CHAPTER = re.compile(r"^## (?:Lines of your own|GitHub Actions)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """What concerns GitHub of docs/pipelines.md."""
    text = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    path = tmp_path / "page.md"
    path.write_text("".join(_CHAPTER.findall(text)), encoding="utf-8")
    return Page(path)


@pytest.mark.integration
def test_the_examples_of_sections_fit_into_the_file(page: Page, tmp_path: Path) -> None:
    examples = [
        block.text for block in page.blocks if block.language == "yaml" and "begin yours" in block.text
    ]
    text = keep_sections(workflow("two-stages"), "".join(examples), "docs/pipelines.md")
    assert text.count("docker login") == text.count("DOCKER_BUILDKIT") == 1
    file = tmp_path / ".github/workflows/helmforge.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    for argv in (
        ["actionlint", "-no-color", "-shellcheck=", "-pyflakes="],
        ["zizmor", "--offline", "--no-progress", "--persona=auditor"],
        ["check-jsonschema", "--builtin-schema=vendor.github-workflows"],
    ):
        ran = subprocess.run(
            [str(require_tool(argv[0])), *argv[1:], str(file)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_sections_that_it_names_are_in_the_file(page: Page) -> None:
    named = {span for span in page.spans if re.fullmatch(r"(plan|check|release)-[a-z]+|workflow", span)}
    assert {"workflow", "plan-setup", "check-env"} <= named
    assert named <= set(re.findall(r"# begin yours: (\S+)", workflow("two-stages")))
