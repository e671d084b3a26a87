"""The generated monorepo is what the benchmark says that it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.affected import WIDE
from bench.monorepo import FEATURE, Size, monorepo, tree
from helmforge.config import scan_services
from tests.support.commands import run_helmforge
from tests.support.repositories import Clone, isolated_environment

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Size(services=6, files_each=4, libraries=3, trunk_commits=5, feature_commits=3)


def test_the_full_size_is_a_thousand_services_and_a_hundred_thousand_files() -> None:
    files = tree(Size())
    services = {
        path.removesuffix("/service.yaml"): text
        for path, text in files.items()
        if path.endswith("/service.yaml")
    }
    found = scan_services(services)
    assert len(found) == 1000
    assert abs(len(files) - 100_000) < 100
    assert any(service.depends_on for service in found)


@pytest.mark.integration
def test_the_history_is_there_and_helmforge_plans_with_it(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path / "home")
    made = monorepo(tmp_path / "kept", SMALL, environment)
    clone = Clone(made.root, environment)
    assert clone.git("branch", "--show-current") == FEATURE
    assert clone.git("rev-list", "--count", "refs/remotes/origin/main..HEAD") == "3"
    assert clone.git("rev-list", "--count", f"{made.first}..HEAD") == "8"
    assert clone.git("status", "--porcelain") == ""
    assert made.files == len(tree(SMALL))
    ran = run_helmforge(made.root, environment, "pipeline", "plan", "--ref", FEATURE, "-o", "json")
    assert ran.code == 0, ran.err
    changed = clone.git("diff", "--name-only", "refs/remotes/origin/main...HEAD").splitlines()
    owners = {path.split("/")[1] for path in changed if path.startswith("services/")}
    assert owners
    assert owners <= set(ran.document["services"])


def test_the_wide_push_touches_two_thousand_services_with_images() -> None:
    files = tree(WIDE)
    assert sum(path.endswith("/Dockerfile") for path in files) == WIDE.services == 2000
    assert WIDE.files_a_commit * WIDE.feature_commits == 10_000
    assert WIDE.name != Size().name == "1000-98-40-3000-50"


@pytest.mark.integration
def test_a_service_with_an_image_is_affected_by_the_library_that_it_copies(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path / "home")
    size = replace(SMALL, images=True, feature_commits=1, files_a_commit=30)
    made = monorepo(tmp_path / "kept", size, environment)
    ran = run_helmforge(made.root, environment, "pipeline", "plan", "--ref", FEATURE, "-o", "json")
    assert ran.code == 0, ran.err
    assert "build" in {link["via"] for reason in ran.document["reasons"] for link in reason["chain"]}


@pytest.mark.integration
def test_it_is_generated_once_and_always_the_same(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path / "home")
    one = monorepo(tmp_path / "one", SMALL, environment)
    head = Clone(one.root, environment).head()
    (one.root / "mark").write_text("", encoding="utf-8")
    assert monorepo(tmp_path / "one", SMALL, environment) == one
    assert (one.root / "mark").exists()
    other = monorepo(tmp_path / "other", SMALL, environment)
    assert Clone(other.root, environment).head() == head
