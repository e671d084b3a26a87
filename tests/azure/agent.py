"""A small Azure Pipelines with one agent: it runs the very scripts of the file with bash.

Sources: "Define variables" (`$(name)` is replaced in the text of scripts and of `env`, before anything runs,
and only when there is such a variable; `$[ ]` makes values; all but secrets are also in the environment, in
capitals, with `_` for `.`), "Logging commands", "Set variables in scripts", "Deployment jobs".
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.azure.expressions import Facts, evaluate, is_true

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECONDS = 300
_MACRO = re.compile(r"\$\(([^()\s]+)\)")
_COMPILED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_IF = re.compile(r"\$\{\{ if (.*) \}\}")
_COMMAND = re.compile(r"##vso\[([a-z.]+)(?: ([^\]]*))?\](.*)")  # anywhere in a line
_FROM_BEST = ("Succeeded", "SucceededWithIssues", "Failed")
_ESCAPES = (("%0A", "\n"), ("%0D", "\r"), ("%3B", ";"), ("%5D", "]"), ("%AZP25", "%"))


@dataclass
class Ran:
    """A stage or a job. `outputs` are by `step.variable`; `jobs` those of a stage by name and leg.

    `summaries` are uploaded for the page of the run.
    """

    result: str
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, Ran] = field(default_factory=dict)
    persisted: bool = False
    summaries: list[str] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)


def macros(text: str, variables: Mapping[str, str]) -> str:
    """Names of variables are the same in capitals and in small letters."""
    known = {name.lower(): value for name, value in variables.items()}
    return _MACRO.sub(lambda found: known.get(found[1].lower(), found[0]), text)


@dataclass
class Azure:
    """`remote` is the bare repository; `environment` that of the agent's machine. `secrets` are variables
    that no script sees by itself.
    """

    remote: Path
    folder: Path
    environment: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    _built: int = 0

    def run(self, text: str, variables: Mapping[str, str]) -> dict[str, Ran]:
        """The stages by name. Those with `trigger: manual` wait for `play`."""
        done: dict[str, Ran] = {}
        for stage in load(text)["stages"]:
            facts = _facts(text, stage, variables, done)
            if not is_true(stage.get("condition", "succeeded()"), facts):
                done[stage["stage"]] = Ran("Skipped")
            elif stage.get("trigger") == "manual":
                done[stage["stage"]] = Ran("NotStarted")
            else:
                done[stage["stage"]] = self._stage(stage, facts)
        return done

    def play(self, text: str, variables: Mapping[str, str], done: Mapping[str, Ran], name: str) -> Ran:
        """Somebody starts a manual stage of the run that came to `done`."""
        assert done[name].result == "NotStarted"
        (stage,) = (stage for stage in load(text)["stages"] if stage["stage"] == name)
        return self._stage(stage, _facts(text, stage, variables, done))

    def _stage(self, stage: Any, facts: Facts) -> Ran:
        jobs: dict[str, Ran] = {}
        for job in stage["jobs"]:
            jobs |= self._job(job, facts)
        worst = max((ran.result for ran in jobs.values()), key=_FROM_BEST.index)
        return Ran(worst, jobs=jobs)

    def _job(self, job: Any, facts: Facts) -> dict[str, Ran]:
        name = job.get("job") or job["deployment"]
        own = {key: _value(text, facts) for key, text in job.get("variables", {}).items()}
        strategy = job.get("strategy", {})
        if "runOnce" in strategy:
            assert job["environment"]
            return {name: self._leg(strategy["runOnce"]["deploy"]["steps"], {**facts.variables, **own})}
        if "matrix" not in strategy:
            return {name: self._leg(job["steps"], {**facts.variables, **own})}
        legs: dict[str, dict[str, str]] = json.loads(_value(strategy["matrix"], facts))
        assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", leg) for leg in legs)
        return {
            f"{name} {leg}": self._leg(job["steps"], {**facts.variables, **own, **values})
            for leg, values in legs.items()
        }

    def _leg(self, steps: Iterable[Any], variables: Mapping[str, str]) -> Ran:
        self._built += 1
        work = self.folder / f"job-{self._built}"
        (work / "temp").mkdir(parents=True)
        values = {**variables, "Agent.TempDirectory": str(work / "temp"), "Pipeline.Workspace": str(work)}
        ran = Ran("Succeeded")
        for step in steps:
            if is_true(step.get("condition", "succeeded()"), Facts(values, needed=(ran.result,))):
                self._step(step, work, values, ran)
        return ran

    def _step(self, step: Any, work: Path, values: dict[str, str], ran: Ran) -> None:
        sources = work / "s"
        if "checkout" in step:
            self._checkout(step, sources, values, ran)
        elif "task" in step:
            assert step["task"] in {"Cache@2", "PublishTestResults@2"}
            if step["task"].startswith("Publish"):
                ran.reports.append(Path(macros(step["inputs"]["testResultsFiles"], values)))
        else:
            self._script(step, sources, values, ran)

    def _checkout(self, step: Any, sources: Path, values: Mapping[str, str], ran: Ran) -> None:
        if step["checkout"] == "none":
            sources.mkdir()
            return
        assert step["fetchDepth"] == "0"
        persisted = _COMPILED.sub(
            lambda found: str(evaluate(found[1], Facts(values))), step["persistCredentials"]
        )
        ran.persisted = persisted.lower() == "true"
        git = ["git", "clone", "--quiet", "--no-checkout", str(self.remote), str(sources)]
        subprocess.run(git, env=dict(self.environment), check=True)
        checkout = ["git", "checkout", "--quiet", "--detach", values["Build.SourceVersion"]]
        subprocess.run(checkout, cwd=sources, env=dict(self.environment), check=True)
        if not ran.persisted:  # the remote is private: without credentials it does not answer
            missing = ["git", "remote", "set-url", "origin", str(sources.parent / "no-credentials")]
            subprocess.run(missing, cwd=sources, env=dict(self.environment), check=True)

    def _script(self, step: Any, sources: Path, values: dict[str, str], ran: Ran) -> None:
        known = {**values, **self.secrets}
        done = subprocess.run(
            [shutil.which("bash") or "bash", "--noprofile", "--norc", "-c", macros(step["script"], known)],
            cwd=sources,
            env={**self.environment, **environment_of(values), **own_environment(step, known)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        ran.log += done.stdout
        for line in done.stdout.splitlines():
            _obey(line, step.get("name", ""), ran)
        if done.returncode:
            allowed = step.get("continueOnError", "false") == "true"
            ran.result = "SucceededWithIssues" if allowed else "Failed"


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _facts(text: str, stage: Any, variables: Mapping[str, str], done: Mapping[str, Ran]) -> Facts:
    wanted = stage.get("dependsOn", [])
    needed = {name: done[name] for name in ([wanted] if isinstance(wanted, str) else wanted)}
    outputs = {
        name: {job: {"result": each.result, "outputs": each.outputs} for job, each in ran.jobs.items()}
        for name, ran in needed.items()
    }
    return Facts(
        {**variables, **load(text).get("variables", {})},
        {name: {"result": ran.result, "outputs": _outputs(ran)} for name, ran in needed.items()},
        outputs,
        tuple(ran.result for ran in needed.values()),
    )


def environment_of(values: Mapping[str, str]) -> dict[str, str]:
    return {re.sub(r"[. ]", "_", name).upper(): macros(value, values) for name, value in values.items()} | {
        "TF_BUILD": "True"
    }


def own_environment(step: Any, values: Mapping[str, str]) -> dict[str, str]:
    """What stands under `${{ if }}:` is there, or is not, before anything runs."""
    plain: dict[str, str] = {}
    for name, value in step.get("env", {}).items():
        condition = _IF.fullmatch(name)
        if condition is None:
            plain[name] = value
        elif is_true(condition[1], Facts(values)):
            plain |= value
    return {name: macros(value, values) for name, value in plain.items()}


def _obey(line: str, step: str, ran: Ran) -> None:
    found = _COMMAND.search(line)
    if found is None:
        return
    command, properties, text = (
        found[1],
        dict(p.split("=", 1) for p in (found[2] or "").split(";") if p),
        found[3],
    )
    if command == "task.uploadsummary":
        ran.summaries.append(Path(text).read_text(encoding="utf-8"))
    if command == "task.setvariable":
        assert properties["isOutput"].lower() == "true"
        for escape, char in _ESCAPES:
            text = text.replace(escape, char)
        ran.outputs[f"{step}.{properties['variable']}"] = text


def _outputs(stage: Ran) -> dict[str, str]:
    return {f"{job}.{name}": text for job, ran in stage.jobs.items() for name, text in ran.outputs.items()}


def _value(text: str, facts: Facts) -> str:
    runtime = re.fullmatch(r"\$\[(.*)\]", text, re.DOTALL)
    return str(evaluate(runtime[1].strip(), facts)) if runtime else text
