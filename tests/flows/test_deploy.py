"""The deploy step against a cluster of a few lines: what it confirms, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.artifact import released
from helmforge.domain.cluster import ReleaseRevision, RolloutReport
from helmforge.domain.oci import Digest, Manifest
from helmforge.domain.plan import Deploy, chain
from helmforge.domain.version import Version
from helmforge.errors import StepError
from helmforge.flows.events import Status
from helmforge.flows.execution import execute
from helmforge.flows.step_runners import Effect
from helmforge.flows.steps.deploy import Deployments
from tests.flows.releases import IMAGE, PROD, SETTINGS, chart_of, history, record, service, world
from tests.flows.test_lock import Cloud

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from helmforge.domain.cluster import ReleaseKey, Upgrade
    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.flows.ports import Log
    from helmforge.flows.step_runners import StepRunners
    from helmforge.flows.summary import Summary

PORTS = ("helm", "kubernetes", "registry", "archives", "clock")
_LAYER = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": IMAGE}


class Cluster(Cloud):
    """Helm, the Lease and the registry in one. `rival`: another run begins once the Lease is free."""

    def __init__(self, revisions: Sequence[ReleaseRevision] = (), *, rival: bool = False) -> None:
        super().__init__()
        self.revisions = list(revisions)
        self.rival = rival
        self.fails = False
        self.done: list[str] = []

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        return tuple(self.revisions)

    def upgrade(self, upgrade: Upgrade, log: Log) -> None:
        self.done.append("upgrade")
        self._add("failed" if self.fails else "deployed", "failed" if self.fails else upgrade.description)
        if self.fails:
            raise StepError("not ready")

    def rollback(self, key: ReleaseKey, revision: int, timeout_seconds: int) -> None:
        self.done.append(f"rollback {revision}")
        self._add("deployed", f"Rollback to {revision}")

    def uninstall(self, key: ReleaseKey, timeout_seconds: int, *, trace: str = "") -> None:
        self.done.append("uninstall with a trace" if trace else "uninstall")
        last = self.revisions[-1]
        self.revisions = [replace(last, status="uninstalled", description=trace)] if trace else []

    def forget_revisions(self, key: ReleaseKey, revisions: Sequence[int]) -> None:
        self.done.append(f"forget {list(revisions)}")
        raise StepError("forbidden")

    def forget_pending(self, key: ReleaseKey, revision: int, labels: Mapping[str, str]) -> bool:
        self.revisions.pop()
        return True

    def explain(self, key: ReleaseKey) -> RolloutReport:
        return RolloutReport()

    def release_lease(self, key: ReleaseKey, holder: str) -> None:
        super().release_lease(key, holder)
        if self.rival:
            self._add("pending-upgrade", record("2.0.0"))

    def manifest(self, ref: ImageRef) -> Manifest:
        digest = ref.digest or Digest("")
        return Manifest(json.dumps({"layers": [_LAYER]}).encode(), "", digest)

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        return b"archive"

    def members(self, archive: bytes) -> Mapping[str, bytes]:
        return {"values.yaml": f"image:\n  digest: {IMAGE}\n".encode()}

    def _add(self, status: str, description: str) -> None:
        number = self.revisions[-1].revision + 1 if self.revisions else 1
        self.revisions.append(ReleaseRevision(number, status, "shop", "", None, description))


def deploy(cluster: Cluster, work: Path, version: str = "1.1.0") -> Summary:
    artifact = released(SETTINGS, service().name, Version.parse(version), "c" * 40)
    repository = PROD.images.repository(service().name)
    step = Deploy(service(), artifact, PROD, repository, chart_of(version))
    deployments = Deployments(replace(world(cluster, *PORTS), holder="us"), work)
    runners: StepRunners = {Deploy: Effect(deployments.probe, deployments.act)}
    return execute(chain(step), runners, lambda _event: None, jobs=1, interrupt=lambda: None)


def why(summary: Summary) -> str:
    (error,) = summary.errors
    return error.why


def test_a_deployment_is_confirmed_before_the_next_run_can_begin_another(tmp_path: Path) -> None:
    cluster = Cluster(history(("deployed", record("1.0.0"))), rival=True)
    summary = deploy(cluster, tmp_path)
    assert summary.errors == ()
    (outcome,) = summary.outcomes.values()
    assert (outcome.status, outcome.facts["revision"]) == (Status.DONE, "2")
    assert cluster.revisions[-1].pending


def test_what_failed_is_undone_by_the_revision_that_brought_what_ran(tmp_path: Path) -> None:
    before = history(("superseded", record("1.0.0")), ("failed", "not ready"), ("deployed", "Rollback to 1"))
    cluster = Cluster(before)
    cluster.fails = True
    assert "rolled back to revision 1" in why(deploy(cluster, tmp_path))
    assert cluster.done == ["upgrade", "rollback 1"]


def test_records_that_cannot_be_tidied_away_do_not_stop_a_deployment(tmp_path: Path) -> None:
    failures = [("failed", "not ready"), ("superseded", "Rollback to 1")] * 4
    cluster = Cluster(history(("superseded", record("1.0.0")), *failures, ("deployed", "Rollback to 1")))
    assert deploy(cluster, tmp_path).errors == ()
    assert cluster.done == ["forget [2, 3]", "upgrade"]


def test_a_first_deployment_leaves_a_trace_that_never_counts_as_what_ran(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.fails = True
    for _ in range(2):
        assert "there was nothing before it: the release was removed again" in why(deploy(cluster, tmp_path))
        assert [one.status for one in cluster.revisions] == ["uninstalled"]
    failing = ["upgrade", "uninstall with a trace"]
    assert cluster.done == [*failing, "uninstall", *failing]


@pytest.mark.parametrize("ran", [True, False])
def test_a_failure_right_after_a_killed_run_is_undone_too(tmp_path: Path, *, ran: bool) -> None:
    """The number of the revision that the killed run had begun is used again."""
    good = [("deployed", record("1.0.0"))] if ran else []
    cluster = Cluster(history(*good, ("pending-upgrade", "Preparing upgrade")))
    cluster.fails = True
    undone = why(deploy(cluster, tmp_path))
    assert ("rolled back to revision 1" if ran else "removed again") in undone
