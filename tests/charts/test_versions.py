"""Templates do not change without a new version and a line in CHANGELOG.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helmforge.adapters.templates import JinjaTemplates, template_root
from helmforge.adapters.templates.places import Folder
from helmforge.domain.version import Version

ROOT = Path(__file__).parents[2]
TEMPLATE_VERSION = JinjaTemplates().version
RECORD = ROOT / "tests" / "golden" / "templates.txt"


def _records() -> dict[str, str]:
    """Version -> digest of all templates, oldest first."""
    lines = (line.partition(" ") for line in RECORD.read_text(encoding="utf-8").splitlines())
    return {version: digest for version, _, digest in lines}


def _unreleased() -> str:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return text.partition("## [Unreleased]")[2].partition("\n## [")[0]


def _write_anew() -> None:
    """A released version is settled: only the templates of an unreleased one may still change."""
    if f"templates {TEMPLATE_VERSION}" not in _unreleased():
        pytest.fail(f"raise chart_templates/VERSION: {TEMPLATE_VERSION} is not among the unreleased changes")
    records = _records() | {TEMPLATE_VERSION: Folder(template_root()).digest()}
    lines = [f"{version} {digest}\n" for version, digest in records.items()]
    RECORD.write_text("".join(lines), encoding="utf-8")


def test_the_templates_are_those_of_their_version() -> None:
    """After a change: raise chart_templates/VERSION unless it is unreleased, say so in CHANGELOG.md, and
    run this with HELMFORGE_UPDATE_GOLDEN=1.
    """
    if os.environ.get("HELMFORGE_UPDATE_GOLDEN") == "1":
        _write_anew()
    assert _records().get(TEMPLATE_VERSION) == Folder(template_root()).digest()


def test_versions_only_rise() -> None:
    versions = [Version.parse(version) for version in _records()]
    assert versions == sorted(versions)
    assert str(versions[-1]) == TEMPLATE_VERSION


def test_the_changelog_names_every_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [version for version in _records() if f"emplates {version}" not in changelog] == []
