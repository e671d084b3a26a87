"""A release that is a Job: Helm waits for its end, and when it fails, its pods say why."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.adapters.kubernetes import Kubectl
from helmforge.domain.cluster import Upgrade
from helmforge.errors import StepError
from helmforge.flows.steps.deploy import describe
from helmforge.sandbox.emulator.client import set_fault
from tests.charts.helm import DIGEST, OTHER_DIGEST, scaffold
from tests.charts.types import answers
from tests.support.cluster import OTHER_CLUSTER
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.cluster import ReleaseKey
    from tests.adapters.clusters import ClusterUnderTest

Values = dict[str, Any]
OLD: Values = {"image": {"digest": DIGEST}}
NEW: Values = {"image": {"digest": OTHER_DIGEST}}
# kwok reads the variable; the emulated API is told.
FAILING: Values = NEW | {"backoffLimit": 0, "env": {"SANDBOX_ROLLOUT": "crash-loop"}}
HOOK: Values = {"hook": {"enabled": True}, "config": {"env": {"LEVEL": "info"}}}
needs_kwok = pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that fail without an image")
SECONDS = 10  # Helm 3 waits for all of them, also for a Job that has failed


@dataclass(frozen=True)
class Release:
    cluster: ClusterUnderTest
    programs: Runner
    helm: HelmCli
    key: ReleaseKey
    chart: Path

    def upgrade(self, values: Values, seconds: int = 60) -> None:
        file = self._file(values)
        self.helm.upgrade(Upgrade(self.key, self.chart, (file,), "a test", seconds), lambda _: None)

    def fail(self, values: Values) -> StepError:
        if self.cluster.emulator:
            name = self._job_of(values)
            set_fault(self.cluster.emulator, namespace=self.key.namespace, name=name, fault="crash-loop")
        with pytest.raises(StepError) as caught:
            self.upgrade(values, SECONDS)
        return caught.value

    def jobs(self) -> dict[str, tuple[str, str]]:
        """uid -> image and the last condition."""
        found = json.loads(self._kubectl("get", "jobs", "--output=json"))["items"]
        return {job["metadata"]["uid"]: (_image(job), _end(job)) for job in found}

    def supports(self) -> list[str]:
        """What the Job's pods need beside it."""
        kinds = "configmaps,secrets,serviceaccounts,networkpolicies"
        selector = "--selector=app.kubernetes.io/instance=shop"
        return self._kubectl("get", kinds, selector, "--output=name").split()

    def _job_of(self, values: Values) -> str:
        """The Job's name, as the chart makes it."""
        text = self.helm.template(self.chart, (self._file(values),), self.key.name, self.key.namespace)
        [document] = [part for part in text.split("---\n") if "\nkind: Job\n" in part]
        return next(line for line in document.splitlines() if line.startswith("  name: ")).split('"')[1]

    def _file(self, values: Values) -> Path:
        file = self.chart.parent / "given.yaml"
        file.write_text(json.dumps(values), encoding="utf-8")
        return file

    def _kubectl(self, *arguments: str) -> str:
        argv = ["kubectl", f"--namespace={self.key.namespace}", *arguments]
        return self.programs.check(argv, what="kubectl failed").out


def _image(job: Any) -> str:
    image: str = job["spec"]["template"]["spec"]["containers"][0]["image"]
    return image.partition("@")[2]


def _end(job: Any) -> str:
    conditions = job["status"].get("conditions") or [{"type": "none"}]
    return str(conditions[-1]["type"])


@pytest.fixture(params=["helm3", "helm4"])
def release(
    request: pytest.FixtureRequest,
    cluster: ClusterUnderTest,
    programs: Runner,
    key: ReleaseKey,
    tmp_path: Path,
) -> Release:
    chart = scaffold(replace(answers("job"), service="shop"), tmp_path / "service")
    return Release(cluster, programs, HelmCli(programs, str(require_tool(request.param))), key, chart)


def test_each_change_makes_a_job_that_runs_to_its_end(release: Release) -> None:
    release.upgrade(OLD)
    first = release.jobs()
    assert list(first.values()) == [(DIGEST, "Complete")]

    release.upgrade(OLD)
    release.upgrade(OLD | {"backoffLimit": 1, "activeDeadlineSeconds": 60})
    assert release.jobs() == first

    release.upgrade(NEW)
    second = release.jobs()
    assert list(second.values()) == [(OTHER_DIGEST, "Complete")]

    release.upgrade(NEW | {"run": "again"})
    assert list(release.jobs().values()) == [(OTHER_DIGEST, "Complete")]
    assert not release.jobs().keys() & second.keys()


@needs_kwok
def test_a_job_that_fails_is_a_deployment_that_fails(release: Release) -> None:
    release.upgrade(OLD)
    release.fail(FAILING)
    assert list(release.jobs().values()) == [(OTHER_DIGEST, "Failed")]

    said = "\n".join(describe(Kubectl(release.programs).explain(release.key)))
    assert "(ended with exit code 1, Error)" in said
    assert "BackoffLimitExceeded" in said

    release.helm.rollback(release.key, 1, 60)
    assert list(release.jobs().values()) == [(DIGEST, "Complete")]


@needs_kwok
def test_a_hook_that_fails_changes_nothing_and_can_be_repeated(release: Release) -> None:
    release.upgrade(OLD | HOOK)
    assert list(release.jobs().values()) == [(DIGEST, "Complete")]
    assert release.supports() == []

    error = release.fail(FAILING | HOOK)
    assert "hook" in f"{error.what} {error.why}"
    said = "\n".join(describe(Kubectl(release.programs).explain(release.key)))
    assert "(ended with exit code 1, Error)" in said

    if release.cluster.emulator:
        set_fault(release.cluster.emulator, namespace=release.key.namespace, name="shop", fault=None)
    release.upgrade(NEW | HOOK)
    assert list(release.jobs().values()) == [(OTHER_DIGEST, "Complete")]
    after = release.jobs()
    release.helm.rollback(release.key, 1, 60)
    assert release.jobs() == after
