"""The published schemas of CI files, which check-jsonschema brings along."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OPTIONS = {
    "gitlab-ci": ("--data-transform", "gitlab-ci"),
    # The schema has patterns with escapes that only expressions without the flag u may have.
    "azure-pipelines": ("--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"),
}


def objections(schema: str, texts: Sequence[str], folder: Path) -> str:
    """What the schema has against the files; empty when nothing."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.yml")
        files[-1].write_text(text, encoding="utf-8")
    argv = [str(require_tool("check-jsonschema")), "--builtin-schema", f"vendor.{schema}", *_OPTIONS[schema]]
    done = subprocess.run([*argv, *map(str, files)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""
