"""A small GitLab with one runner that has a shell executor: it runs the very lines of the file with bash.

Source: GitLab Runner, shell executor: the lines of before_script and script are one script, which ends with
the first failure. Source of what is cloned: with GIT_DEPTH 0, all branches and tags.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.gitlab.pipelines import parse, pipeline_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.gitlab.pipelines import Job

_SECONDS = 300
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")
# Source: "Predefined variables": these hold for jobs, so rules cannot ask for them
_CHILD = {"CI_PIPELINE_SOURCE": "parent_pipeline"}


@dataclass
class Ran:
    """A finished job. `artifacts` is the folder of its files, `dotenv` what its report defines."""

    status: str
    log: str = ""
    artifacts: Path | None = None
    dotenv: dict[str, str] = field(default_factory=dict)
    child: dict[str, Ran] = field(default_factory=dict)


@dataclass
class Gitlab:
    """`remote` is the bare repository; `environment` that of the runner's machine."""

    remote: Path
    folder: Path
    environment: Mapping[str, str]
    _built: int = 0

    def run(self, configuration: str, variables: Mapping[str, str]) -> dict[str, Ran] | None:
        """The pipeline of an event: its jobs by name. Manual ones wait for `play`."""
        pipeline = pipeline_of(parse(configuration), variables)
        if pipeline is None:
            return None
        done: dict[str, Ran] = {}
        waiting = dict(pipeline.jobs)
        while waiting:
            name, job = next((n, j) for n, j in waiting.items() if set(j.needs) <= set(done))
            del waiting[name]
            done[name] = self._job(job, variables, done)
        return done

    def play(self, configuration: str, variables: Mapping[str, str], done: dict[str, Ran], name: str) -> Ran:
        """Somebody starts a manual job of the pipeline that came to `done`."""
        pipeline = pipeline_of(parse(configuration), variables)
        assert pipeline is not None
        assert done[name].status == "manual"
        job = pipeline.jobs[name]
        return self._execute(job, variables, {need: done[need] for need in job.needs})

    def _job(self, job: Job, variables: Mapping[str, str], done: Mapping[str, Ran]) -> Ran:
        needed = {need: done[need] for need in job.needs}
        if any(ran.status != "success" for ran in needed.values()):
            return Ran("skipped")
        if job.when == "manual":
            return Ran("manual")
        if "trigger" in job.content:
            return self._trigger(job, variables, needed)
        return self._execute(job, variables, needed)

    def _trigger(self, job: Job, variables: Mapping[str, str], needed: Mapping[str, Ran]) -> Ran:
        (include,) = job.content["trigger"]["include"]
        source = needed[include["job"]].artifacts
        assert source is not None
        text = (source / include["artifact"]).read_text(encoding="utf-8")
        children = self.run(text, {**variables, **_CHILD})
        if children is None:
            return Ran("failed", "Downstream pipeline can not be created")
        assert job.content["trigger"]["strategy"] == "depend"
        good = all(ran.status == "success" for ran in children.values())
        return Ran("success" if good else "failed", child=children)

    def _execute(self, job: Job, variables: Mapping[str, str], needed: Mapping[str, Ran]) -> Ran:
        self._built += 1
        project = self.folder / f"build-{self._built}"
        values = {**variables, **job.variables, "CI": "true", "GITLAB_CI": "true"}
        values |= {"CI_PROJECT_DIR": str(project), "CI_SERVER_HOST": "gitlab.example.com"}
        for name, token in job.content.get("id_tokens", {}).items():
            values[name] = f"token for {token['aud']}"
        for ran in needed.values():
            values |= ran.dotenv
        expanded = {
            key: _VARIABLE.sub(lambda m: values.get(m[1] or m[2], ""), text) for key, text in values.items()
        }
        environment = {**self.environment, **values, **{key: expanded[key] for key in job.variables}}
        self._fetch(project, values)
        for ran in needed.values():
            if ran.artifacts is not None:
                shutil.copytree(ran.artifacts, project, dirs_exist_ok=True)
        lines = [*(job.content.get("before_script") or []), *job.content["script"]]
        done = self._bash(lines, project, environment)
        after = self._bash(job.content.get("after_script") or [], project, environment)
        kept, dotenv = self._keep(job, project, good=done.returncode == 0)
        status = "success" if done.returncode == 0 else "failed"
        return Ran(status, done.stdout + after.stdout, kept, dotenv)

    def _fetch(self, project: Path, values: Mapping[str, str]) -> None:
        if values.get("GIT_STRATEGY") == "none":
            project.mkdir()
            return
        assert values["GIT_DEPTH"] == "0"
        git = ["git", "clone", "--quiet", "--no-checkout", str(self.remote), str(project)]
        subprocess.run(git, env=dict(self.environment), check=True)
        checkout = ["git", "checkout", "--quiet", "--detach", values["CI_COMMIT_SHA"]]
        subprocess.run(checkout, cwd=project, env=dict(self.environment), check=True)

    def _bash(
        self, lines: Iterable[str], project: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-eo", "pipefail"],
            input="\n".join(lines),
            cwd=project,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS,
        )

    def _keep(self, job: Job, project: Path, *, good: bool) -> tuple[Path, dict[str, str]]:
        artifacts = job.content.get("artifacts", {})
        kept = project.with_name(f"{project.name}-artifacts")
        kept.mkdir()
        if not good and artifacts.get("when") != "always":
            return kept, {}
        reports = artifacts.get("reports", {})
        paths = [path for path in artifacts.get("paths", []) if (project / path).exists()]
        for path in [*paths, *([reports["junit"]] if "junit" in reports else [])]:
            shutil.copy(project / path, kept / path)
        dotenv = (project / reports["dotenv"]).read_text(encoding="utf-8") if "dotenv" in reports else ""
        return kept, dict(line.split("=", 1) for line in dotenv.splitlines())  # quotes are kept, as they are
