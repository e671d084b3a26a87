"""Why a rollout does not get ready, from live clusters and from recorded pods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.kubernetes import Kubectl
from helmforge.adapters.process import Runner
from helmforge.domain.cluster import ReleaseKey, RolloutReport
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from helmforge.sandbox.emulator.client import set_fault
from tests.adapters.clusters import cluster_runner, kubeconfig_for, poll
from tests.adapters.recorded import recorded_program

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.sandbox.emulator.client import Fault
    from tests.adapters.clusters import ClusterUnderTest

RECORDED = ReleaseKey(Cluster("dev"), Namespace.parse("qa"), "shop")


def apply_deployment(programs: Runner, key: ReleaseKey, **pod: Any) -> None:
    labels = {"app.kubernetes.io/instance": key.name}
    container = {"name": "app", "image": "registry.invalid/shop:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": key.name, "namespace": key.namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    programs.check(["kubectl", "apply", "--filename=-"], what="no", stdin=json.dumps(manifest).encode())


def explained(programs: Runner, key: ReleaseKey, *, event: str) -> RolloutReport:
    """The report once it has an event that contains `event`."""
    kubectl = Kubectl(programs)
    reports: list[RolloutReport] = []

    def telling() -> bool:
        reports.append(kubectl.explain(key))
        return any(event in line for line in reports[-1].events)

    poll(telling, f"the event {event}; the last report: {reports[-1:]}")
    return reports[-1]


@pytest.mark.integration
@pytest.mark.parametrize("cluster", ["emulated"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "reason", "event"),
    [
        ("image-pull", "ImagePullBackOff", "Failed to pull image"),
        ("crash-loop", "CrashLoopBackOff", "Back-off restarting failed container app"),
        ("never-ready", "NotReady", "Unhealthy: Readiness probe failed"),
    ],
)
def test_the_faults_of_a_rollout(
    cluster: ClusterUnderTest, programs: Runner, key: ReleaseKey, fault: Fault, reason: str, event: str
) -> None:
    set_fault(cluster.emulator, namespace=key.namespace, name=key.name, fault=fault)
    apply_deployment(programs, key)

    report = explained(programs, key, event=event)

    (pod,) = report.pods
    assert pod.reason == reason
    assert pod.name.startswith("shop-")
    assert pod.message.startswith("container app")
    assert bool(pod.log) is (fault != "image-pull")


@pytest.mark.e2e
@pytest.mark.parametrize("cluster", ["real"], indirect=True)
class TestRealScheduler:
    def test_a_pod_that_no_node_takes(self, programs: Runner, key: ReleaseKey) -> None:
        apply_deployment(programs, key, nodeSelector={"helmforge": "nowhere"})

        report = explained(programs, key, event="FailedScheduling")

        (pod,) = report.pods
        assert (pod.phase, pod.reason) == ("Pending", "Unschedulable")
        assert "nodes are available" in pod.message

    def test_pods_that_admission_refuses(self, programs: Runner, key: ReleaseKey) -> None:
        """There is no pod at all: only the ReplicaSet's events tell."""
        restrict = "pod-security.kubernetes.io/enforce=restricted"
        programs.check(["kubectl", "label", "namespace", key.namespace, restrict], what="no label")
        apply_deployment(programs, key)

        report = explained(programs, key, event="violates PodSecurity")

        assert report.pods == ()
        assert any(line.startswith("ReplicaSet/shop-") for line in report.events)

    def test_another_release_in_the_namespace_is_left_out(self, programs: Runner, key: ReleaseKey) -> None:
        other = ReleaseKey(key.cluster, key.namespace, "shop-front")
        apply_deployment(programs, other, nodeSelector={"helmforge": "nowhere"})
        explained(programs, other, event="FailedScheduling")

        assert Kubectl(programs).explain(key) == RolloutReport()


def container(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "app", "ready": False, "restartCount": 0, "state": state, **more}


def pod(phase: str = "Running", **status: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "shop-1"}, "status": {"phase": phase, **status}}


OOM = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}}


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        (
            {"containerStatuses": [container(BACK_OFF, lastState=OOM, restartCount=4)]},
            "CrashLoopBackOff",
            "container app (4 restarts): back-off 40s (ended with exit code 137, OOMKilled)",
        ),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": [
                    {
                        **container({"terminated": {"exitCode": 2, "reason": "Error", "message": "no db"}}),
                        "name": "wait",
                    }
                ],
                "containerStatuses": [container({"waiting": {"reason": "PodInitializing"}})],
            },
            "Error",
            "container wait: (ended with exit code 2, Error) no db",
        ),
        (
            {
                "phase": "Pending",
                "containerStatuses": [container({"waiting": {"reason": "ContainerCreating"}})],
            },
            "ContainerCreating",
            "container app has not started",
        ),
        (
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on\nmemory."},
            "Evicted",
            "The node was low on memory.",
        ),
        ({"phase": "Pending"}, "NotReady", ""),
        (
            {
                "conditions": [
                    {"type": "Ready", "status": "False", "reason": "ReadinessGatesNotReady", "message": "m"}
                ]
            },
            "ReadinessGatesNotReady",
            "m",
        ),
    ],
)
def test_the_most_telling_reason_of_a_pod(
    tmp_path: Path, status: dict[str, Any], reason: str, message: str
) -> None:
    (report,) = explain_recorded(tmp_path, [pod(**status)]).pods

    assert (report.reason, report.message) == (reason, message)


@pytest.mark.parametrize(
    "healthy",
    [
        pod("Succeeded"),
        pod(conditions=[{"type": "Ready", "status": "True"}]),
        {**pod(), "metadata": {"name": "shop-1", "deletionTimestamp": "2026-11-21T10:00:00Z"}},
    ],
)
def test_pods_without_trouble_are_left_out(tmp_path: Path, healthy: dict[str, Any]) -> None:
    assert explain_recorded(tmp_path, [healthy]).pods == ()


def test_the_log_of_the_run_that_crashed_is_shown(tmp_path: Path) -> None:
    crashed = pod(containerStatuses=[container(BACK_OFF, lastState=OOM)])

    (report,) = explain_recorded(tmp_path, [crashed], log="previous").pods

    assert report.log == ("last words",)


def test_a_log_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    crashed = pod(containerStatuses=[container(BACK_OFF, lastState=OOM)])

    (report,) = explain_recorded(tmp_path, [crashed], log="nowhere").pods

    assert report.log == ()


def explain_recorded(folder: Path, pods: list[dict[str, Any]], *, log: str = "") -> RolloutReport:
    """`log` is a word that the call for the log must contain to get an answer."""
    answer = f'case "$*" in *"{log}"*) echo "last words"; exit 0;; *) exit 1;; esac'
    cases = f'[ "$3" = logs ] && {answer}'
    out = json.dumps({"items": pods})
    program = recorded_program(folder, "recorded-kubectl", out=out, cases=cases)
    return Kubectl(Runner({}), str(program)).explain(RECORDED)


@pytest.mark.integration
def test_a_cluster_that_does_not_answer_is_no_error(tmp_path: Path) -> None:
    runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)

    report = Kubectl(runner).explain(RECORDED)

    assert report.pods == ()
    assert any("refused" in line for line in report.events)


def test_a_missing_kubectl_is_no_error(tmp_path: Path) -> None:
    report = Kubectl(Runner({}), str(tmp_path / "kubectl")).explain(RECORDED)

    assert any("kubectl is not installed" in line for line in report.events)
