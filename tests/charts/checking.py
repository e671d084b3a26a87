"""Every variant of every type rendered once, and judged once by checkov and trivy, for all test processes."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.charts.helm import Helm, scaffold
from tests.charts.types import answers, types, variants
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.charts.helm import Object

REGISTRY = "myrepo.cr.io"
NAMESPACE = "shop"
CARELESS = "careless"
"""A folder among the manifests that every checker must find fault with."""

_ALONE = ("LimitRange", "ResourceQuota")
_CARELESS_POD = """apiVersion: v1
kind: Pod
metadata: {name: careless}
spec:
  containers:
    - {name: app, image: "elsewhere.example.com/app:latest", securityContext: {privileged: true}}
"""


@dataclass(frozen=True)
class Workspace:
    """services/<type>/{Dockerfile,chart}, manifests/<type>/<variant>.yaml, and the reports."""

    folder: Path

    def service(self, type_name: str) -> Path:
        return self.folder / "services" / type_name

    def manifest(self, type_name: str, variant: str) -> Path:
        return self.folder / "manifests" / type_name / f"{variant}.yaml"

    def objects(self, type_name: str, variant: str) -> list[Object]:
        """Fails with Helm's complaint where it rendered nothing."""
        path = self.manifest(type_name, variant)
        refused = path.with_suffix(".refused")
        assert path.exists(), refused.read_text(encoding="utf-8")
        documents = YAML(typ="safe").load_all(path.read_text(encoding="utf-8"))
        return [item for item in documents if item]

    def report(self, checker: str) -> Any:
        """Read once; nobody changes it."""
        return _read(self.folder / f"{checker}.json")


@functools.cache
def _read(report: Path) -> Any:
    return json.loads(report.read_text(encoding="utf-8"))


def prepared(folder: Path) -> Workspace:
    """The first process to come does the work, the others wait for it. `folder` is shared by all."""
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(folder)
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _render(workspace)
            _check(workspace)
            (folder / "done").touch()
    return workspace


def _render(workspace: Workspace) -> None:
    helm4 = require_tool("helm4")
    careless = workspace.manifest(CARELESS, "pod")
    careless.parent.mkdir(parents=True)
    careless.write_text(_CARELESS_POD, encoding="utf-8")
    for type_name in types():
        chart = scaffold(answers(type_name), workspace.service(type_name))
        for variant, values in variants(type_name).items():
            # A release of its own for each: checkov looks for the NetworkPolicy of a pod in all files.
            release = f"{type_name}-{variant}"
            rendered = Helm(helm4, chart, workspace.folder).render(values, release=release)
            path = workspace.manifest(type_name, variant)
            path.parent.mkdir(exist_ok=True)
            suffix = ".refused" if rendered.failed else ".yaml"
            path.with_suffix(suffix).write_text(rendered.text, encoding="utf-8")


def _check(workspace: Workspace) -> None:
    # By name from where it runs: trivy does not find an absolute path.
    data = json.dumps({"ksv0125": {"trusted_registries": [REGISTRY]}})
    (workspace.folder / "registries").mkdir()
    (workspace.folder / "registries" / "trusted.json").write_text(data, encoding="utf-8")
    offline = ["--skip-check-update", "--skip-version-check", "--disable-telemetry"]
    private = ["--cache-dir", "trivy-cache", "--config-data", "registries"]
    trivy = ["config", "--quiet", "--format", "json", *offline, *private]
    checkov = ["--directory", "manifests", "--framework", "kubernetes", "--skip-download", "--soft-fail"]
    runs = [json.loads(_run(workspace, "trivy", [*trivy, folder])) for folder in _apart(workspace)]
    found = {"Results": [result for run in runs for result in run["Results"]]}
    (workspace.folder / "trivy.json").write_text(json.dumps(found), encoding="utf-8")
    report = _run(workspace, "checkov", [*checkov, "--output", "json"])
    (workspace.folder / "checkov.json").write_text(report, encoding="utf-8")


def _apart(workspace: Workspace) -> list[str]:
    """Folders for runs of their own: where a LimitRange or a ResourceQuota is among the files of a run, trivy
    finds fault with every other object that is none.
    """
    for path in workspace.folder.glob("manifests/*/*.yaml"):
        for text in path.read_text(encoding="utf-8").split("\n---\n"):
            kind = next((one for one in _ALONE if f"\nkind: {one}\n" in text), "Rest")
            target = workspace.folder / "apart" / kind / path.relative_to(workspace.folder / "manifests")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("a", encoding="utf-8") as file:
                file.write(f"---\n{text}\n")
    return [f"apart/{kind}" for kind in (*_ALONE, "Rest")]


def _run(workspace: Workspace, checker: str, argv: Sequence[str]) -> str:
    """What the checker prints."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(workspace.folder),
        "HELM_NAMESPACE": NAMESPACE,
    }
    command = [str(require_tool(checker)), *argv]
    done = subprocess.run(
        command, cwd=workspace.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
