"""Ten thousand hostile names go through the generated Jenkinsfile, and through a shell, as literals."""

from __future__ import annotations

import json
import os
import random
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.jenkins.jenkinsfiles import BRIEF, CHECK, PLAN, PROMOTE, RUN, SHOWN, generated
from tests.support.jenkins import Event, Scenario, run_builds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

CANARY = "canary"
FRAGMENTS = (
    *("$(touch canary)", "`touch canary`", "; touch canary;", "\n touch canary\n", "| touch canary"),
    *("'; touch canary; '", '"; touch canary; "', "&& touch canary #", "> canary", "${IFS:-canary}"),
    *("'", '"', "\\", "\\'", '\\"', "$", "${", "${HOME}", "$0", "$$", "*", "?", "~", "!", "#", "%s", "{a,b}"),
    *("''' + 'x'.execute() + '''", "${'touch canary'.execute()}", "\\u0024{1+1}", "$/x/$", "/*", "*/", "//"),
    *("-rf", "--help", " ", "\t", "\r\n", "\u001b[31m", "::error::", "..", "/", "é", "🚀", "\u202e", "@{"),
)
# What multibranch jobs put into the environment, and people outside can choose.
CHOSEN = (
    *("BRANCH_NAME", "CHANGE_BRANCH", "CHANGE_TARGET", "CHANGE_TITLE", "CHANGE_AUTHOR"),
    *(
        "CHANGE_AUTHOR_EMAIL",
        "CHANGE_AUTHOR_DISPLAY_NAME",
        "CHANGE_FORK",
        "CHANGE_URL",
        "CHANGE_ID",
        "JOB_NAME",
    ),
    *("JOB_BASE_NAME", "BUILD_TAG", "BUILD_URL", "GIT_BRANCH", "GIT_URL", "TAG_NAME"),
)
GIVEN = ("HELMFORGE_SERVICE", "HELMFORGE_VERSION", "HELMFORGE_ENVIRONMENT", "WORKSPACE_TMP")
NAMES = 10_000
# A service, a version and who approves are names as well: hostile ones are as if helmforge checked nothing.
_EACH = len(CHOSEN) + 3


def names(number: int) -> Iterator[str]:
    chosen = random.Random("helmforge")
    found: set[str] = set()
    while len(found) < number:
        name = "".join(chosen.choices(FRAGMENTS, k=chosen.randint(1, 5))).strip("\0")
        if name not in found:
            found.add(name)
            yield name


def scenarios(file: Path) -> Iterator[Scenario]:
    source = names(NAMES + _EACH)
    for _ in range(-(-NAMES // _EACH)):
        service, version, approver, *chosen = (next(source) for _ in range(_EACH))
        plan = {"flow": "release", "version": version, "services": [service], "promotions": ["prod"]}
        yield Scenario(
            str(file),
            dict(zip(CHOSEN, chosen, strict=True)),
            answers=[{"script": PLAN, "out": json.dumps(plan)}, {"script": ""}],
            inputs=[approver],
            keys=[*CHOSEN, *GIVEN],
            only=["sh"],
            unsaved=True,
            agent=str(file.parent),
        )


def by_a_shell(folder: Path, events: list[Event]) -> list[list[str]]:
    """What `helmforge` gets when /bin/sh runs the scripts, each with the variables of its step."""
    lines = ['helmforge() { printf \'%s\\0\' "$#" "$@" >&3; }', "STEP=sh", "exec 3>&1"]
    for event in events:
        variables = [f"{name}={shlex.quote(value)}" for name, value in event.env.items() if value is not None]
        lines.append(f"(export STEP {' '.join(variables)}\n eval {shlex.quote(event.script)})")
    done = subprocess.run(
        ["/bin/sh", "-eu"], input="\n".join(lines).encode(), cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    words = iter(os.fsdecode(done.stdout).split("\0")[:-1])
    return [[next(words) for _ in range(int(number))] for number in words]


def expected(event: Event) -> list[str]:
    service, version = event.env["HELMFORGE_SERVICE"] or "", event.env["HELMFORGE_VERSION"] or ""
    results = f"{event.env['WORKSPACE_TMP']}/results/{service}.xml"
    return {
        SHOWN: ["pipeline", "plan"],
        PLAN: ["pipeline", "plan", "-o", "json"],
        CHECK: ["pipeline", "generate", "jenkins", "--check"],
        RUN: ["pipeline", "run", "--service", service, "--junit", results],
        BRIEF: ["release", "brief", service, version, "--env", "prod", "-o", "html"],
        PROMOTE: ["release", "promote", service, version, "--env", "prod"],
    }[event.script]


def test_hostile_names_are_literals(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    settings = (
        "registry: registry.example.com\n"
        "ci: {image: ci/helmforge:1}\n"
        "environments:\n"
        "  qa: {cluster: {context: dev}, namespace: qa, deploy: on-release}\n"
        "  prod: {cluster: {context: prod}, namespace: prod, deploy: on-approval}\n"
    )
    file = generated(tmp_path / "generated", settings)
    asked = list(scenarios(file))
    results, _ = run_builds(tmp_path, asked)

    assert {result.failure for result in results} == {""}
    for scenario, result in zip(asked, results, strict=True):
        assert result.scripts() == [SHOWN, PLAN, CHECK, RUN, BRIEF, PROMOTE]
        assert all(event.env[name] == scenario.env[name] for event in result.events for name in CHOSEN)
    events = [event for result in results for event in result.events]
    (file.parent / "workspace@tmp" / "results").mkdir(parents=True)
    folder = tmp_path / "shell"
    folder.mkdir()
    assert by_a_shell(folder, events) == [expected(event) for event in events]
    assert not list(tmp_path.rglob(CANARY))
    record_property("evidence", f"Jenkins: {len(asked) * _EACH} hostile names in {len(events)} shell steps")


def test_the_canary_sings(tmp_path: Path) -> None:
    """What the test above would see, were a name a part of a script."""
    event = Event("sh", {"script": f"helmforge x{FRAGMENTS[0]}"}, (), 1, {}, {})
    by_a_shell(tmp_path, [event])
    assert (tmp_path / CANARY).exists()
