"""Whatever a branch, a title or a folder is called, the generated steps take it as a literal."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.cli.pipeline.forms import github
from helmforge.config import parse_service
from helmforge.domain.branches import recognise
from helmforge.domain.event import Event, EventKind
from helmforge.domain.git import Commit, Person
from helmforge.domain.plan import Plan
from helmforge.errors import UsageError
from helmforge.flows.pipeline import Pipeline
from tests.github.workflows import document, settings, steps
from tests.support.hostile import hostile_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from helmforge.domain.settings import Settings

_NUMBER = 10_000
# What the runner sets, also for steps that do not ask for it, and what the steps ask for.
_FROM_OUTSIDE = (
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_HEAD_REF",
    "GITHUB_BASE_REF",
    "GITHUB_ACTOR",
    "GITHUB_TRIGGERING_ACTOR",
    "GIT_COMMITTER_NAME",
    "SERVICE",
    "VERSION",
)
_KEYS = "matrix|services|affected|flow|service|version|promotions"
_HARMLESS = r'[A-Za-z0-9.+{}\[\]":,-]*'
# Stand for the programs, and print their arguments: a process each would take minutes.
_PROGRAMS = """\
helmforge() { printf '%s\\0' helmforge "$@" END >&3; }
python() { printf '%s\\0' python "$@" END >&3; }
"""


def _runs() -> list[str]:
    """Each different `run:` of a workflow with every kind of job."""
    return list(dict.fromkeys(step["run"] for _, step in steps(document("everything")) if "run" in step))


def _with_names(names: Iterable[str], run: str, folder: Path) -> list[list[str]]:
    """The arguments that the program got when bash read the step once for each name in its environment."""
    (folder / "step.sh").write_text(f"{run}\n", encoding="utf-8")
    exports = "".join(f'export {name}="$name"\n' for name in _FROM_OUTSIDE)
    loop = f"while IFS= read -r -d '' name; do\n{exports}. ./step.sh\ndone\n"
    done = subprocess.run(
        ["bash", "-e", "-c", f"{_PROGRAMS}exec 3>arguments\n{loop}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "output"},
        input=b"".join(name.encode() + b"\0" for name in names),
        capture_output=True,
        check=True,
    )
    assert done.stdout + done.stderr == b""
    calls = (folder / "arguments").read_bytes().decode().split("\0END\0")
    return [call.split("\0") for call in calls[:-1]]


@pytest.mark.parametrize("run", [run for run in _runs() if run != "exit 1"])
def test_no_name_is_ever_run(run: str, tmp_path: Path) -> None:
    names = hostile_names(_NUMBER, seed=4)
    called = _with_names(names, run, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"step.sh", "arguments", "output"}
    assert len(called) == _NUMBER
    words = [word.replace('"', "") for word in run.partition(" >>")[0].split()]
    for name, arguments in zip(names, called, strict=True):
        assert arguments == [name if word in {"$SERVICE", "$VERSION"} else word for word in words]


def test_the_runner_s_own_way_comes_to_the_same(tmp_path: Path) -> None:
    """`bash -e FILE`, a process for each step, for some of the names; programs are found on PATH."""
    for program in ("helmforge", "python"):
        (tmp_path / program).write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" > arguments\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    step = tmp_path / "step.sh"
    step.write_text('helmforge pipeline run --service "$SERVICE"\n', encoding="utf-8")
    assert step.read_text(encoding="utf-8").strip() in _runs()
    before = {path.name for path in tmp_path.iterdir()}
    bash = shutil.which("bash")
    assert bash
    for name in hostile_names(60, seed=4):
        environment = dict.fromkeys(_FROM_OUTSIDE, name) | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        subprocess.run([bash, "-e", step.name], cwd=tmp_path, env=environment, check=True)
        assert (tmp_path / "arguments").read_bytes() == b"pipeline\0run\0--service\0" + name.encode() + b"\0"
    assert {path.name for path in tmp_path.iterdir()} == before | {"arguments"}


def test_no_name_reaches_the_outputs_of_the_plan() -> None:
    ours = settings("two-stages")
    seen = set()
    for name in hostile_names(_NUMBER, seed=4):
        for branch in (name, f"feature/{name}", f"release/{name}", f"release/shop/{name}"):
            outputs = _outputs(branch, ours)
            seen |= {line for line in outputs if line.startswith("flow=")} or {"refused"}
            for line in outputs:
                assert re.fullmatch(f"(?:{_KEYS})={_HARMLESS}", line), line
    assert seen == {"flow=ignored", "flow=feature", "flow=release", "refused"}


def test_no_hostile_folder_is_a_service() -> None:
    """A service is called like its folder: what reaches a matrix was checked before."""
    accepted = set()
    for name in hostile_names(_NUMBER, seed=4):
        try:
            accepted.add(parse_service("", f"services/{name}").name)
        except UsageError:
            continue
    assert accepted
    assert all(re.fullmatch("[a-z]([-a-z0-9]*[a-z0-9])?", name) for name in accepted), accepted


def _outputs(branch: str, ours: Settings) -> list[str]:
    event = Event(EventKind.PUSH, branch)
    try:
        recognised = recognise(event, ours)
    except UsageError:
        return []
    somebody = Person("Ada", "ada@example.com")
    commit = Commit("a" * 40, somebody, somebody, datetime.now(UTC), branch)
    return github(Pipeline(event, recognised, commit, ours, (), (), Plan(())))
