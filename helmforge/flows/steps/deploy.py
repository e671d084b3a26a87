"""`helm upgrade` of a pushed chart into an environment: guarded, exclusive, explained when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseKey, Upgrade
from helmforge.domain.deployment import DeploymentRecord, current, records
from helmforge.errors import RefusedError, StepError
from helmforge.flows.steps import lock
from helmforge.flows.steps.chart import pull
from helmforge.flows.steps.deployed_files import image_values, write_files
from helmforge.flows.steps.undo import Failed, make_room, undo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from helmforge.domain.cluster import ReleaseRevision, RolloutReport
    from helmforge.domain.oci import Digest
    from helmforge.domain.plan import CheckCluster, Deploy
    from helmforge.domain.settings import Environment, Service
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Kubernetes, Log
    from helmforge.flows.steps.chart import PulledChart
    from helmforge.flows.world import World

COMMIT_LABEL = "helmforge.dev/commit"
CHART_LABEL = "helmforge.dev/chart"
_LONGEST_LABEL = 63


def release_key(step: Deploy) -> ReleaseKey:
    environment = step.environment
    return ReleaseKey(environment.cluster, environment.namespace_of(step.service), step.service.name)


def guard_cluster(kubernetes: Kubernetes, environment: Environment) -> None:
    """RefusedError when the context leads to another cluster than the configured one."""
    cluster = environment.cluster
    if not cluster.id:
        return
    actual = kubernetes.cluster_id(cluster)
    if actual != cluster.id:
        raise RefusedError(
            f"context {cluster.context!r} is not the cluster of {environment.name}",
            where=f"helmforge.yaml environments.{environment.name}.cluster.id",
            why=f"expected the cluster {cluster.id}, the context leads to {actual}",
            hint="point the kubeconfig's context at the right cluster, or correct the id",
        )


def demand_cluster(kubernetes: Kubernetes, service: Service, environment: Environment) -> None:
    """To be asked before anything is published: kubectl is here, the cluster is the right one and
    answers, and we may see the Lease that a deployment needs.
    """
    guard_cluster(kubernetes, environment)
    kubernetes.lease(ReleaseKey(environment.cluster, environment.namespace_of(service), service.name))


@dataclass(frozen=True)
class Deployments:
    """`work` is this run's temporary folder."""

    world: World
    work: Path

    def reach(self, step: CheckCluster, log: Log) -> Facts:
        demand_cluster(self.world.kubernetes, step.service, step.environment)
        log(f"context {step.environment.cluster.context}")
        return {"context": step.environment.cluster.context}

    def probe(self, step: Deploy) -> Facts | None:
        guard_cluster(self.world.kubernetes, step.environment)
        return self._deployed(step, self.world.helm.history(release_key(step)))

    def _deployed(self, step: Deploy, history: Sequence[ReleaseRevision]) -> Facts | None:
        last = current(history)
        if last is None or last.record is None or last.revision.status != "deployed":
            return None
        wanted = (self._chart_digest(step), str(step.repository))
        if (last.record.chart, last.record.repository) != wanted:
            return _overtaken(step, wanted, history, last.record)
        return {
            "release": f"{step.service.name} in {release_key(step).namespace}",
            "revision": str(last.revision.revision),
            "chart_digest": last.record.chart,
            "image": f"{step.repository}:{step.artifact.version}@{last.record.image}",
        }

    def act(self, step: Deploy, log: Log) -> Facts | None:
        """Confirms while it holds the Lease: the next run may begin another revision once it is free."""
        chart = self._pull(step)
        upgrade = self._upgrade(step, chart)
        with lock.exclusive(self.world, upgrade.key, log) as hold:
            history = self.world.helm.history(upgrade.key)
            if facts := self._deployed(step, history):
                return facts  # the run that held the Lease before us did it
            if lock.heal(self.world, upgrade, history, log):
                history = self.world.helm.history(upgrade.key)
            before = make_room(self.world, upgrade, history, log)
            try:
                self.world.helm.upgrade(upgrade, log)
            except StepError as error:
                failed = Failed(upgrade, hold, before)
                raise self._explained(step, failed, error, log) from error
            return self._deployed(step, self.world.helm.history(upgrade.key))

    def _pull(self, step: Deploy) -> PulledChart:
        digest = self._chart_digest(step)
        if digest is None:
            raise StepError(
                f"chart {step.artifact.chart} is not in the registry", hint="run the release again"
            )
        return pull(self.world, step.artifact, digest)

    def _chart_digest(self, step: Deploy) -> Digest | None:
        if step.chart is not None:
            return step.chart
        descriptor = self.world.registry.resolve(step.artifact.chart)
        return descriptor.digest if descriptor else None

    def _upgrade(self, step: Deploy, chart: PulledChart) -> Upgrade:
        """The chart exactly as pulled, the environment's values from inside it, and over them the image:
        its repository differs between environments, and no values file may exchange its bytes.
        """
        folder = self.work / "deploy" / step.service.name / step.environment.name
        folder.mkdir(parents=True, exist_ok=True)
        image = image_values(step.repository, step.artifact.version, chart.image_digest)
        files = write_files(folder, chart, step.environment.name, image)
        return Upgrade(
            key=release_key(step),
            chart=files.package,
            values=files.values,
            description=_record(step, chart).to_description(),
            timeout_seconds=int(step.environment.timeout.total_seconds()),
            labels={COMMIT_LABEL: step.artifact.commit, CHART_LABEL: label_of(chart.digest)},
        )

    def _explained(self, step: Deploy, failed: Failed, error: StepError, log: Log) -> StepError:
        """Looks why before anything is undone, then brings back what ran before."""
        key = failed.upgrade.key
        reasons = describe(self.world.kubernetes.explain(key))
        for line in reasons:
            log(line)
        undone = undo(self.world, failed)
        log(undone)
        return StepError(
            f"{step.service.name} {step.artifact.version} did not become ready in {step.environment.name}",
            where=f"release {key.name} in namespace {key.namespace}",
            why="\n".join([*reasons, f"helm: {error.what}", *error.why.splitlines()[-8:], undone]),
            hint=error.hint or "mend the cause, then run the same command again",
        )


def _overtaken(
    step: Deploy, wanted: tuple[str | None, str], history: Sequence[ReleaseRevision], now: DeploymentRecord
) -> Facts | None:
    """A pipeline that is run again must not take back what came after it: that is what rollback is for."""
    ran = [one.record for one in records(history) if one.record and one.revision.status == "superseded"]
    if step.action == "deploy" and wanted in {(record.chart, record.repository) for record in ran}:
        return {"runs_now": now.version, "instead_of": step.artifact.version}
    return None


def _record(step: Deploy, chart: PulledChart) -> DeploymentRecord:
    return DeploymentRecord(
        service=step.service.name,
        version=step.artifact.version,
        commit=step.artifact.commit,
        chart=str(chart.digest),
        image=chart.image_digest,
        repository=str(step.repository),
        action=step.action,
        approvals=step.approvals,
        charts=str(step.artifact.charts) if step.own_chart else "",
    )


def label_of(digest: Digest) -> str:
    """A label value holds 63 characters of a digest's 64."""
    return digest.partition(":")[2][:_LONGEST_LABEL]


def describe(report: RolloutReport) -> tuple[str, ...]:
    """Lines for people: each pod with its reason and last log lines, then the events."""
    lines = []
    for pod in report.pods:
        lines.append(
            f"pod {pod.name}: {pod.reason or pod.phase}" + (f": {pod.message}" if pod.message else "")
        )
        lines += [f"  log: {line}" for line in pod.log]
    return (*lines, *(f"event: {event}" for event in report.events))
