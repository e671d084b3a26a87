from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.own_image import REMOTE, built
from tests.support.repositories import isolated_environment
from tests.support.tools import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.own_image import Container

_ITS_USER = 1001
_SOMEBODY_ELSE = 4242
_CONFIGURATION = """\
registry: registry.example.com/shop
environments:
  qa: {cluster: {context: dev}, namespace: shop-qa, deploy: on-release}
"""


@pytest.fixture(scope="session")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with built(tmp_path_factory.mktemp("image")) as container:
        yield container


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """A clone as GitLab makes it: somebody else's, and everybody may write there."""
    if os.geteuid() != 0:
        missing("only root can give a repository to somebody else")
    environment = isolated_environment(tmp_path / "home")
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git = ["git", "-C", str(clone)]
    clone.mkdir()
    (clone / "helmforge.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    for argv in (
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)],
        [*git, "init", "--quiet", "--initial-branch=main"],
        [*git, "add", "."],
        [*git, "commit", "--quiet", "--message", "Begin"],
        [*git, "push", "--quiet", str(remote), "main"],
        [*git, "remote", "add", "origin", REMOTE],
    ):
        subprocess.run(argv, env=environment, check=True)
    tmp_path.chmod(0o755)
    for path in (remote, *remote.rglob("*")):
        shutil.chown(path, _ITS_USER, _ITS_USER)
    for path in (clone, *clone.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
        shutil.chown(path, _SOMEBODY_ELSE, _SOMEBODY_ELSE)
    yield clone
    shutil.rmtree(clone)
