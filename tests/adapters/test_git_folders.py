"""Finding services by glob in the work tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from helmforge.errors import UsageError
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.ports import Git

pytestmark = pytest.mark.integration


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    marks = [
        "services/a",
        "services/b",
        "services/.hidden",
        "services/a/nested",
        "apps",
        "apps/x",
        "apps/x/y/z",
        "apps/node_modules/dep",
        "libs/shop-core",
        "libs/shop-[x]",
    ]
    return Monorepo(tmp_path, {f"{folder}/service.yaml": "" for folder in marks} | {"service.yaml": ""})


@pytest.fixture
def git(monorepo: Monorepo) -> Git:
    return GitRepository.discover(monorepo.root, Runner(monorepo.environment))


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (["services/*"], ["services/a", "services/b"]),
        (["./services/*/"], ["services/a", "services/b"]),
        (["services/**"], ["services/a", "services/a/nested", "services/b"]),
        (["apps/**"], ["apps/x", "apps/x/y/z"]),
        (["apps/**/z"], ["apps/x/y/z"]),
        (["**/z"], ["apps/x/y/z"]),
        (["services/b", "services/a", "services/*"], ["services/a", "services/b"]),
        (["libs/shop-[a-z]*"], ["libs/shop-core"]),
        (["libs/shop-?ore"], ["libs/shop-core"]),
        (["."], ["."]),
        (["none/*", "README.md/*"], []),
        ([], []),
    ],
)
def test_globs(git: Git, globs: list[str], found: list[str]) -> None:
    assert git.folders_with("service.yaml", globs) == tuple(found)


def test_folders_without_the_file_are_left_out(git: Git, monorepo: Monorepo) -> None:
    (monorepo.root / "services/b/service.yaml").unlink()
    (monorepo.root / "services/b/service.yaml").mkdir()
    assert git.folders_with("service.yaml", ["services/*"]) == ("services/a",)


@pytest.mark.parametrize("glob", ["/etc/*", "../*", "services/../../*"])
def test_globs_stay_inside(git: Git, glob: str) -> None:
    with pytest.raises(UsageError, match="not a path inside"):
        git.folders_with("service.yaml", [glob])


def test_symbolic_links_are_not_followed(git: Git, monorepo: Monorepo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "service.yaml").write_text("")
    (monorepo.root / "services/away").symlink_to(outside)
    (monorepo.root / "apps/loop").symlink_to("..")
    (monorepo.root / "services/b/service.yaml").unlink()
    (monorepo.root / "services/b/service.yaml").symlink_to(outside / "service.yaml")
    assert git.folders_with("service.yaml", ["services/*", "services/away"]) == ("services/a",)
    assert git.folders_with("service.yaml", ["apps/**"]) == ("apps/x", "apps/x/y/z")
