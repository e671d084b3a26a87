"""Runs a workflow for real: act, on this machine, takes the place of GitHub and its runners.

`actions/checkout` is act's own copy of the work tree. A stand-in for `actions/setup-python` puts the Python
of the tests first, where this checkout of helmforge is installed: `pip install helmforge==VERSION` runs as
it stands, without an index, and fails unless that is the version which the file asks for.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKFLOW = ".github/workflows/helmforge.yml"
# What the payload of each event has and no other one
_EVENTS = {
    "pull_request": "pull_request",
    "merge_group": "merge_group",
    "inputs": "workflow_dispatch",
}
_SECONDS = 240
_ACTION = re.compile(r"actions/setup-python@[0-9a-f]{40}")
_NUMBERED = re.compile(r"\)-\d+$")  # act's mark for one of several jobs of a matrix
_FAILED = re.compile(r"exit status (\d+)")
_STAND_IN = """\
name: Set up Python
description: The Python of the tests
runs:
  using: composite
  steps:
    - run: echo "$PYTHON_OF_THE_TESTS" >> "$GITHUB_PATH"
      shell: bash
"""


@dataclass(frozen=True)
class Acted:
    """`jobs` has the result of each job that ran, in the order in which they ended, `failures` the exit code
    of a step that failed, `log` what was printed, `summary` what the job's page shows.
    """

    jobs: dict[str, str]
    failures: dict[str, int]
    log: dict[str, str]
    summary: dict[str, str]
    everything: str

    @property
    def order(self) -> list[str]:
        return list(self.jobs)


def push(branch: str, before: str = "0" * 40) -> dict[str, Any]:
    """The event of a branch, a new one without `before`."""
    return {"ref": f"refs/heads/{branch}", "before": before}


def pull_request(branch: str, head: str) -> dict[str, Any]:
    sides = {"head": {"ref": branch, "sha": head}, "base": {"ref": "main"}}
    return {"number": 1, "ref": "refs/pull/1/merge", "pull_request": {"number": 1, **sides}}


def merge_group(head: str) -> dict[str, Any]:
    """The event of a merge queue, which merged a pull request for a try."""
    branch = f"refs/heads/gh-readonly-queue/main/pr-1-{head}"
    return {
        "ref": branch,
        "merge_group": {"head_ref": branch, "head_sha": head, "base_ref": "refs/heads/main"},
    }


def by_hand(branch: str) -> dict[str, Any]:
    return {"ref": f"refs/heads/{branch}", "workflow": WORKFLOW, "inputs": {}}


def act(
    root: Path,
    event: Mapping[str, Any],
    environment: Mapping[str, str],
    folder: Path,
    secrets: Mapping[str, str] | None = None,
) -> Acted:
    """`folder` is for the event, the stand-in and act's own files, `secrets` are those of the repository."""
    secrets = secrets or {}
    _write(folder / "setup-python/action.yml", _STAND_IN)
    _write(folder / "event.json", json.dumps(event))
    (action,) = set(_ACTION.findall((root / WORKFLOW).read_text(encoding="utf-8")))
    argv = [
        str(require_tool("act")),
        next((name for key, name in _EVENTS.items() if key in event), "push"),
        "--json",
        f"--workflows={WORKFLOW}",
        f"--eventpath={folder / 'event.json'}",
        "--platform=ubuntu-latest=-self-hosted",
        f"--local-repository={action}={folder / 'setup-python'}",
        f"--action-cache-path={folder / 'cache'}",
        "--no-cache-server",
        "--pull=false",
        *(f"--secret={name}={value}" for name, value in secrets.items()),
    ]
    python = {
        "PYTHON_OF_THE_TESTS": environment.get("PYTHON_OF_THE_TESTS", str(Path(sys.executable).parent)),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
    }
    done = subprocess.run(
        argv,
        cwd=root,
        env={**environment, **python},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    acted = _read(done.stdout, done.stderr)
    assert (done.returncode == 0) == (set(acted.jobs.values()) <= {"success"}), acted.everything
    return acted


def _read(out: str, err: str) -> Acted:
    jobs: dict[str, str] = {}
    failures: dict[str, int] = {}
    log: dict[str, str] = {}
    summary: dict[str, str] = {}
    for line in out.splitlines():
        if not line.startswith("{"):
            continue
        entry = json.loads(line)
        job = _NUMBERED.sub(")", str(entry.get("job", "")).removeprefix("helmforge/").strip())
        if "jobResult" in entry:
            jobs[job] = entry["jobResult"]
        failed = _FAILED.fullmatch(entry["msg"])
        if failed and entry["level"] == "error":
            failures[job] = int(failed[1])
        if entry.get("command") == "summary":
            summary[job] = summary.get(job, "") + entry["content"]
        if entry.get("raw_output"):
            log[job] = log.get(job, "") + entry["msg"]
    everything = "\n".join([*(f"--- {job}\n{text}" for job, text in log.items()), err])
    return Acted(jobs, failures, log, summary, everything)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
