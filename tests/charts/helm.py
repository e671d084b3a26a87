"""Charts rendered by real Helm, read back as objects."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ruamel.yaml import YAML

from helmforge.adapters.templates import JinjaTemplates
from helmforge.domain.scaffolding import ChartAnswers, EnvironmentAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Object = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")
# One chart is rendered in less memory than Go's collector would let a program have.
UNCOLLECTED = {"GOGC": "off"}
DIGEST = "sha256:" + "0123456789abcdef" * 4
OTHER_DIGEST = "sha256:" + "fedcba9876543210" * 4

ANSWERS = ChartAnswers(
    service="notification",
    type="web",
    context="shop",
    port=8080,
    registry="myrepo.cr.io",
    environments=(
        EnvironmentAnswers("qa", "myrepo.cr.io/notification", production=False),
        EnvironmentAnswers("prod", "myrepo.cr.io/prod/notification", production=True),
    ),
)


def write_files(files: Mapping[str, str], folder: Path) -> Path:
    """Returns the chart among the files."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder / "chart"


def scaffold(answers: ChartAnswers, folder: Path) -> Path:
    return write_files(JinjaTemplates().render(answers), folder)


def read_yaml(text: str) -> Any:
    return YAML(typ="safe").load(text)


@dataclass(frozen=True)
class Rendered:
    """The objects of one release. `text` is what Helm printed, or its complaint when `failed`."""

    text: str
    failed: bool = False
    objects: tuple[Object, ...] = ()

    def of_kind(self, kind: str) -> list[Object]:
        return [item for item in self.objects if item["kind"] == kind]

    def named(self, kind: str, name: str = "notification") -> Object:
        [found] = [item for item in self.of_kind(kind) if item["metadata"]["name"] == name]
        return found

    def pod(self, name: str = "notification") -> Object:
        template: Object = self.named("Deployment", name)["spec"]["template"]
        return template

    def workloads(self) -> list[Object]:
        """Without the Job of `helm test`."""
        found = [item for kind in WORKLOADS for item in self.of_kind(kind)]
        return [item for item in found if not item["metadata"]["name"].endswith("-test")]

    def container(self, name: str = "notification") -> Object:
        first: Object = self.pod(name)["spec"]["containers"][0]
        return first

    def by_name(self) -> dict[str, Object]:
        """Kind/name -> object, to compare two releases."""
        return {f"{item['kind']}/{item['metadata']['name']}": item for item in self.objects}


@dataclass
class Helm:
    """One Helm and the chart of one service. What was rendered once is remembered: do not change it."""

    program: Path
    chart: Path
    scratch: Path
    _rendered: dict[tuple[str, ...], Rendered] = field(default_factory=dict)

    def render(
        self,
        values: Mapping[str, object] | None = None,
        *,
        release: str = "notification",
        chart: Path | None = None,
        options: tuple[str, ...] = (),
    ) -> Rendered:
        """`helm template` into the namespace shop. A refusal is returned, not raised."""
        argv = ("template", release, str(chart or self.chart), "--namespace", "shop", *options)
        key = (*argv, json.dumps(values))
        if key not in self._rendered:
            done = self._run(argv, values)
            failed = done.returncode != 0
            objects = () if failed else tuple(item for item in _documents(done.stdout) if item)
            self._rendered[key] = Rendered(
                done.stderr if failed else done.stdout, failed=failed, objects=objects
            )
        return self._rendered[key]

    def lint(self, values: Mapping[str, object] | None = None, *, chart: Path | None = None) -> Rendered:
        done = self._run(("lint", "--strict", str(chart or self.chart), "--namespace", "shop"), values)
        return Rendered(done.stdout + done.stderr, failed=done.returncode != 0)

    def _run(
        self, argv: tuple[str, ...], values: Mapping[str, object] | None
    ) -> subprocess.CompletedProcess[str]:
        file = self.scratch / "values.json"
        file.write_text(json.dumps(values or {}), encoding="utf-8")
        path = os.environ.get("PATH", os.defpath)
        environment = {"PATH": path, "HOME": str(self.scratch), **UNCOLLECTED}
        command = [str(self.program), *argv, "--values", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


class HelmOf(Protocol):
    """The fixture `helm_of`: one Helm and the chart of one type."""

    def __call__(self, type_name: str, program: str = "helm4") -> Helm: ...


def _documents(text: str) -> list[Any]:
    return list(YAML(typ="safe").load_all(text))
