"""`helmforge update` as a user types it."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.commands import run_helmforge, start_helmforge
from tests.support.repositories import Monorepo
from tests.support.tools import path_with, require_tool
from tests.support.updating import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran

OURS = "ours/web/chart/templates/extra.yaml"


class Team:
    """A repository with one chart, and templates of its own, which stand for those of a new version."""

    def __init__(self, folder: Path) -> None:
        self.repo = Monorepo(
            folder, {"helmforge.yaml": CONFIG + "templates: ours\n", OURS: "# one\n# two\n# three\n"}
        )
        self.path = self.repo.environment["PATH"]
        assert self.run("scaffold", "shop").code == 0
        self.repo.commit("scaffold")

    def run(self, *arguments: str, folder: str = ".") -> Ran:
        environment = self.repo.environment | {"PATH": self.path}
        return run_helmforge(self.repo.root / folder, environment, *arguments)

    def start(self, *arguments: str) -> Ran:
        """As a program of this process, which children() counts."""
        return start_helmforge(self.repo.root, self.repo.environment | {"PATH": self.path}, *arguments)

    def status(self) -> list[str]:
        return self.repo.git("status", "--porcelain").splitlines()


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def test_nothing_to_do_needs_no_helm(team: Team) -> None:
    team.repo.environment["HELMFORGE_HELM"] = "no-such-helm"
    for arguments in (("update", "--all"), ("update", "shop", "--check")):
        done = team.run(*arguments, folder="services")
        assert (done.code, done.out, done.err) == (0, "nothing to do: 1 chart current\n", "")
    assert team.status() == []


def test_which_charts(team: Team) -> None:
    for arguments in (("update",), ("update", "shop", "--all")):
        done = team.run(*arguments)
        assert done.code == 2
        assert "name services, or take --all" in done.err


@pytest.mark.integration
def test_from_a_check_to_a_resolved_conflict(team: Team) -> None:
    team.path = path_with(require_tool("helm4"))
    extra = "services/shop/chart/templates/extra.yaml"
    team.repo.write({extra: "# one\n# two\n# mine\n"})
    team.repo.commit("edit")
    team.repo.write({OURS: "# 1\n# two\n# 3\n", "ours/web/chart/templates/more.yaml": "# more\n"})
    team.repo.commit("new templates")

    checked = team.run("update", "--all", "--check")
    assert checked.code == 3
    assert "added      templates/more.yaml" in checked.out
    assert "1 chart not current: helmforge update --all\n" in checked.out
    assert team.status() == []

    updated = team.run("update", "shop")
    assert updated.code == 3
    assert updated.out.endswith(f"updated 1 chart; review with git diff, and commit\nto do: {extra}\n")
    assert updated.out.count(extra) == 1
    team.repo.commit("update")

    again = team.run("update", "--all")
    assert (again.code, again.out.splitlines()[-1]) == (3, f"to do: {extra}")
    assert team.status() == []

    team.repo.write({extra: "# 1\n# two\n# mine\n"})
    assert team.run("update", "--all", "--check").code == 0


@pytest.mark.integration
def test_json(team: Team) -> None:
    team.path = path_with(require_tool("helm4"))
    team.repo.write({OURS: "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n"})
    done = team.run("update", "--all", "--check", "-o", "json")
    assert done.code == 3
    (chart,) = done.document["charts"]
    assert set(chart) == {
        "service",
        "chart",
        "status",
        "from",
        "to",
        "files",
        "changes",
        "effects",
        "objections",
    }
    assert (chart["service"], chart["status"]) == ("shop", "outdated")
    assert chart["files"] == [{"path": "templates/extra.yaml", "action": "replaced"}]
    assert chart["changes"] == ["templates/extra.yaml", ".helmforge.lock"]
    added = {"object": "ConfigMap/x", "effect": "changes objects", "detail": "is added"}
    assert chart["effects"] == [
        {"environment": name, "effect": "changes objects", "why": "", "objects": [added]}
        for name in ("qa", "prod")
    ]
    written: Any = team.run("update", "shop", "-o", "json").document
    assert written["charts"][0]["status"] == "updated"
    assert (written["exitCode"], written["waiting"], written["check"]) == (0, [], False)


def test_a_hundred_charts_with_nothing_to_do(team: Team) -> None:
    """The goal is two seconds on an idle machine; processor time says it on a busy one."""
    names = [f"svc-{number}" for number in range(100)]
    assert team.run("scaffold", *names).code == 0
    team.repo.environment["HELMFORGE_HELM"] = "no-such-helm"
    before = children()
    done = team.start("update", "--all", "--check")
    assert (done.code, done.out) == (0, "nothing to do: 101 charts current\n")
    assert children() - before < 2


def children() -> float:
    """Processor seconds of the programs that this process has started."""

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
