"""The shell steps of the generated Jenkinsfile, run in a monorepo, and with helmforge from an index."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge import __version__
from tests.jenkins.jenkinsfiles import KEYS, PLAN, SETTINGS, SHOWN, generate, generated
from tests.support.jenkins import Scenario, checking_out, run_builds
from tests.support.repositories import Monorepo
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.jenkins import Result

pytestmark = pytest.mark.integration

# Git allows all of this in the name of a branch.
BRANCH = "feature/x';$(touch${IFS}canary)`touch${IFS}canary`\"&touch${IFS}canary|#"
FOLDER = "services/$(touch canary);`touch canary`"


def hostile_monorepo(folder: Path) -> Monorepo:
    """Two services, and a feature branch that changes both: one in a folder, and all on a branch, that a
    shell would run when it ever read their names.
    """
    repo = Monorepo(folder)
    generate(repo.root, SETTINGS + "ci: {image: ci/helmforge:1}\n")
    repo.write({"services/web/service.yaml": "test: [test, -s, greeting]\n", "services/web/greeting": "hi\n"})
    repo.write({f"{FOLDER}/service.yaml": "name: odd\ntest: [test, -s, greeting]\n"})
    repo.write({f"{FOLDER}/greeting": "hi\n"})
    repo.commit("two services")
    repo.push("main")
    repo.branch("work")
    repo.write({"services/web/greeting": "hello\n", f"{FOLDER}/greeting": ""})
    repo.commit("$(touch canary)")
    repo.push(BRANCH)
    return repo


def of_feature(repo: Monorepo, agent: Path) -> Scenario:
    helm, helmforge = require_tool("helm4"), Path(sys.executable).with_name("helmforge")
    env = repo.environment | {"PATH": path_with(helm, helmforge), "BRANCH_NAME": BRANCH}
    checkout = checking_out(repo.remote, BRANCH, repo.head())
    git = {"GIT_COMMIT": repo.head()}
    file = str(repo.root / "Jenkinsfile")
    return Scenario(file, env, keys=KEYS, agent=str(agent), checkout=checkout, git=git)


def of_package_index(folder: Path) -> Scenario:
    """helmforge comes from an index: a folder with a package of the same name that says what it is."""
    plan = json.dumps({"flow": "trunk", "version": "", "services": [], "promotions": []})
    name = f"helmforge-{__version__}"
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("forged.py", f"def main():\n    print({plan!r})\n")
        wheel.writestr(f"{name}.dist-info/entry_points.txt", "[console_scripts]\nhelmforge = forged:main\n")
        wheel.writestr(
            f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: helmforge\nVersion: {__version__}\n"
        )
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PATH": os.environ["PATH"]}
    file = generated(folder / "generated")
    env = index | {"BRANCH_NAME": "main", "HOME": str(folder)}
    return Scenario(str(file), env, keys=["PATH"], agent=str(folder / "agent"), checkout=["true"])


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    folder = tmp_path_factory.mktemp("real")
    repo = hostile_monorepo(folder / "monorepo")
    scenarios = {
        "feature": of_feature(repo, folder / "agent"),
        "index": of_package_index(folder),
    }
    results, _ = run_builds(folder, list(scenarios.values()))
    assert not list(folder.rglob("canary"))
    return dict(zip(scenarios, results, strict=True))


def test_helmforge_plans_and_works_on_what_the_branch_changed(builds: Mapping[str, Result]) -> None:
    ran = builds["feature"]
    shown, plan, *runs = ran.of("sh")
    assert "services/web/greeting" in shown.facts["out"]
    document = json.loads(plan.facts["out"])
    assert (document["branch"], document["flow"], document["provider"]) == (BRANCH, "feature", "jenkins")
    assert sorted(document["services"]) == ["odd", "web"]
    assert {run.stages[-1]: run.facts["code"] for run in runs} == {"odd": 1, "web": 0}
    assert [event.facts["found"] for event in ran.of("junit")] == [["odd.xml"], ["web.xml"]]
    assert "exit code 1" in ran.failure


def test_helmforge_is_installed_on_an_agent_that_does_not_have_it(builds: Mapping[str, Result]) -> None:
    ran = builds["index"]
    assert ran.failure == ""
    assert ran.scripts("helmforge") == [SHOWN, PLAN]
    first = str(ran.of("sh")[-1].env["PATH"]).split(os.pathsep)[0]
    assert first.endswith("/workspace@tmp/helmforge/bin")
    assert ran.description == "no service is affected"
