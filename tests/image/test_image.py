"""helmforge's own image, built by buildah and used as CI systems use it."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from dev.cache import pins
from helmforge import __version__
from tests.support.own_image import ARGUMENTS, OUTPUT, ROOT
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.own_image import Container

pytestmark = pytest.mark.e2e

# GitLab's builds, a container job of GitHub or Azure, a container action of GitHub, and by hand
PLACES = ["/builds/group/project", "/__w/shop/shop", "/github/workspace", "/workspace"]


def test_the_tools_are_those_that_are_pinned(container: Container) -> None:
    tools = pins()["tools"]

    assert container.says("helmforge", "--version") == f"helmforge {__version__}\n"
    assert container.says("helm", "version", "--short").startswith(f"v{tools['helm4']['version']}")
    assert tools["kubectl"]["version"] in container.says("kubectl", "version", "--client")
    assert container.says("git", "--version").startswith("git version 2.")
    assert "OpenSSH" in container.run("ssh", "-V").stderr
    assert container.says("gpg", "--version").startswith("gpg (GnuPG) 2.")
    assert container.run("test", "-e", "/usr/share/zoneinfo/Europe/Berlin").returncode == 0


def test_its_user_is_not_root_and_has_a_name(container: Container) -> None:
    assert container.says("id", "--user", "--name") == "helmforge\n"
    assert container.configuration()["User"] == "1001:1001"


def test_its_entry_point_is_helmforge_and_a_shell_is_there(container: Container) -> None:
    assert container.configuration()["Entrypoint"] == ["helmforge"]
    assert container.says("sh", "-c", "helmforge schema config").startswith("{")


def test_it_says_what_it_was_built_from(container: Container) -> None:
    labels = container.configuration()["Labels"]

    for name, value in ARGUMENTS.items():
        assert labels[f"org.opencontainers.image.{name.lower()}"] == value


@pytest.mark.parametrize("user", ["", "4711:4711"], ids=["its own user", "any user"])
def test_its_user_can_write_to_temporary_folders_only(container: Container, user: str) -> None:
    """So a read-only root file system with a /tmp changes nothing."""
    # Not those that are mounted, by whoever runs it: /proc and the like, and the folder of these tests.
    found = container.run("find", "/", "-xdev", "-writable", "-not", "-type", "l", user=user).stdout.split()

    others = ("/tmp", "/var/tmp", "/run/lock", "/dev", "/proc", "/sys", "/run/.containerenv", OUTPUT)
    assert [path for path in found if not path.startswith(others)] == []
    assert "/tmp" in found


def test_nothing_makes_its_user_another(container: Container) -> None:
    assert container.says("find", "/", "-xdev", "-perm", "/6000", "-type", "f", user="0:0") == ""


def test_nothing_is_left_of_the_build(container: Container) -> None:
    names = "-name 'pip*' -o -name ensurepip -o -name hatchling -o -path '/source*' -o -path '/run/secrets*'"
    caches = "-o -path '/var/lib/apt/lists/*' -o -path '/var/cache/apt/*.bin'"
    find = ["find", "/", "-xdev", "-not", "-path", "/proc/*", "(", *shlex.split(f"{names} {caches}"), ")"]
    found = container.says(*find, user="0:0").split()

    ours = "/opt/helmforge/lib/python3.13/site-packages/helmforge/"
    assert [path for path in found if not path.startswith(ours)] == []
    unknown = container.run("python3", "-c", "import pip")
    assert "No module named 'pip'" in unknown.stderr


def test_its_modules_are_compiled(container: Container) -> None:
    """Nobody can write beside them at run time; without it each start would compile them again."""
    code = "import helmforge.cli.main as m, pathlib; print(pathlib.Path(m.__cached__).exists())"

    assert container.says("/opt/helmforge/bin/python", "-c", code) == "True\n"


def test_it_is_as_small_as_the_documentation_says(container: Container) -> None:
    size = container.size()

    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    stated = re.search(r"about (\d+) MB unpacked", page)
    assert stated is not None
    assert abs(size / 1e6 - int(stated[1])) < int(stated[1]) * 0.15


@pytest.mark.parametrize("place", PLACES)
def test_a_work_tree_of_somebody_else_is_worked_in_where_ci_systems_put_it(
    container: Container, repository: Path, place: str
) -> None:
    def helmforge(*words: str) -> str:
        return container.says("helmforge", *words, repository=repository, at=place)

    helmforge("scaffold", "payment", "--context", "shop")
    helmforge("lint", "payment")
    git = "git -c user.name=Ada -c user.email=ada@example.com"
    container.says("sh", "-c", f"git add . && {git} commit -m Add", repository=repository, at=place)
    planned = helmforge("pipeline", "plan", "--ref", "feature/x", "--event", "push")

    assert "render the chart for qa" in planned


def test_git_protects_its_user_elsewhere(container: Container, repository: Path) -> None:
    done = container.run("helmforge", "services", repository=repository, at="/elsewhere")

    assert done.returncode == 2
    assert "dubious ownership" in done.stderr
    assert "safe.directory" in done.stderr


def test_any_user_can_work_in_his_own_work_tree(container: Container, repository: Path) -> None:
    done = container.run("helmforge", "services", repository=repository, at="/elsewhere", user="4242:4242")

    assert done.returncode == 0, done.stderr


def test_hadolint_finds_nothing() -> None:
    argv = [str(require_tool("hadolint")), "--no-color", str(ROOT / "Dockerfile")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
