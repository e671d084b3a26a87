"""Builds of Jenkinsfiles, compiled and interpreted by what Jenkins itself does it with."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dev.jenkins_interpreter import interpreter
from tests.support.tools import missing, require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HARNESS = Path(__file__).parents[1] / "jenkins" / "interpreter"
_SECONDS = 300
COMMIT = "c" * 40


@dataclass(frozen=True)
class Event:
    """A step that was called: within which stages, and how many agents were held."""

    step: str
    arguments: dict[str, Any]
    stages: tuple[str, ...]
    agents: int
    env: dict[str, str | None]
    facts: dict[str, Any]

    @property
    def script(self) -> str:
        return str(self.arguments["script"])


@dataclass(frozen=True)
class Result:
    """A finished build. `failure` is the exception that ended it, or empty."""

    failure: str
    description: str
    agents: int
    events: tuple[Event, ...]

    def of(self, step: str) -> list[Event]:
        return [event for event in self.events if event.step == step]

    def scripts(self, start: str = "") -> list[str]:
        return [event.script for event in self.of("sh") if event.script.startswith(start)]


@dataclass(frozen=True)
class Scenario:
    """What a build finds. `answers` are of the shell scripts that start so: {script, out, code}; all others
    are run in `agent`, a folder. `inputs` are the ids of those who approve: None aborts.

    `checkout` is the command that fills the workspace, `waiting` one that is run while somebody is asked.
    `only` are the steps worth recording, all when empty; `unsaved` leaves out what takes time: to save the
    program at each step.
    """

    file: str
    env: Mapping[str, str]
    answers: Sequence[Mapping[str, Any]] = ()
    inputs: Sequence[str | None] = ()
    keys: Sequence[str] = ()
    agent: str = ""
    checkout: Sequence[str] = ()
    git: Mapping[str, str] = field(default_factory=lambda: {"GIT_COMMIT": COMMIT})
    only: Sequence[str] = ()
    waiting: Sequence[str] = ()
    unsaved: bool = False


def checking_out(remote: Path, branch: str, commit: str) -> list[str]:
    """A checkout as multibranch jobs do it: they fetch the branch, and nothing else."""
    script = (
        'git init -q . && { git remote add origin "$1" || true; }'
        ' && git fetch -q origin "+refs/heads/$2:refs/remotes/origin/$2" && git checkout -q --detach "$3"'
    )
    return ["sh", "-c", script, "sh", str(remote), branch, commit]


def run_builds(folder: Path, scenarios: Sequence[Scenario]) -> tuple[list[Result], set[str]]:
    """All in one JVM. Also what the files called of classes that are not theirs."""
    files = {scenario.file: Path(scenario.file).read_text(encoding="utf-8") for scenario in scenarios}
    request, answer = folder / "scenarios.json", folder / "results.json"
    request.write_text(json.dumps({"files": files, "scenarios": [vars(each) for each in scenarios]}))
    done = subprocess.run(
        [*_java(), str(_HARNESS / "main.groovy"), str(request), str(answer)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(answer.read_text(encoding="utf-8"))
    return [_result(each) for each in document["results"]], set(document["calls"])


def _java() -> list[str]:
    jars = interpreter()
    if jars is None:
        missing("the interpreter of Jenkins is not here: `make setup` brings it")
    # A JVM that lives for seconds earns nothing by optimizing more.
    flags = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    return [str(require_tool("java")), *flags, "-cp", f"{jars}/*:{_HARNESS}", "groovy.ui.GroovyMain"]


def _result(document: dict[str, Any]) -> Result:
    events = tuple(_event(each) for each in document.get("events", ()))
    failure, description = document.get("failure") or "", document.get("description") or ""
    return Result(failure, description, document.get("agents", 0), events)


def _event(document: dict[str, Any]) -> Event:
    fixed = ("step", "arguments", "stages", "agents", "env")
    facts = {key: value for key, value in document.items() if key not in fixed}
    step, arguments, stages, agents, env = (document[key] for key in fixed)
    return Event(step, arguments, tuple(stages), agents, env, facts)
