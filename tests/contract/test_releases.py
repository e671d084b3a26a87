"""helm 4 against a cluster: the life of a release, and what goes wrong in it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.cluster import CHART, poll

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.client import Fault
    from tests.contract.cluster import Cluster


def _history(cluster: Cluster, namespace: str) -> list[str]:
    printed = cluster.helm("history", "web", f"--namespace={namespace}", "-o", "json")
    return [revision["status"] for revision in json.loads(printed)]


def _images(cluster: Cluster, namespace: str) -> set[str]:
    pods = cluster.get(namespace, "pods", "--selector=app=web")["items"]
    return {pod["spec"]["containers"][0]["image"] for pod in pods}


def _deployment(cluster: Cluster, namespace: str) -> Any:
    return cluster.get(namespace, "deployment/web")


def test_the_life_of_a_release(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.helm(*cluster.upgrade(namespace, "--labels=commit=abc"))
    assert _deployment(cluster, namespace)["status"]["readyReplicas"] == 2

    cluster.helm(*cluster.upgrade(namespace, "--set=image=registry.invalid/web:2"))
    poll(lambda: _images(cluster, namespace) == {"registry.invalid/web:2"}, "the end of the old pods")
    assert _history(cluster, namespace) == ["superseded", "deployed"]

    cluster.helm("rollback", "web", "1", here, "--wait=watcher", "--timeout=30s")
    poll(lambda: _images(cluster, namespace) == {"registry.invalid/web:1"}, "the end of the new pods")
    assert _history(cluster, namespace) == ["superseded", "superseded", "deployed"]
    assert json.loads(cluster.helm("status", "web", here, "-o", "json"))["info"]["status"] == "deployed"

    cluster.helm("uninstall", "web", here, "--wait=watcher", "--timeout=30s")
    assert cluster.names(namespace, "deployments,services,poddisruptionbudgets") == []
    poll(lambda: cluster.names(namespace, "pods,replicasets") == [], "the end of all pods")
    assert "release: not found" in cluster.refused("helm", "status", "web", here)


def test_helm_3(cluster: Cluster, namespace: str) -> None:
    here = (f"--namespace={namespace}", "--wait", "--timeout=30s")
    new = ("upgrade", "--install", "web", str(CHART), *here)

    for flags in ([], ["--set=greeting=,image=registry.invalid/web:2"]):
        done = cluster.run("helm3", *new, *flags)
        assert done.returncode == 0, done.stderr
    assert cluster.get(namespace, "configmap/settings")["data"] == {"always": "here"}
    poll(lambda: _images(cluster, namespace) == {"registry.invalid/web:2"}, "the end of the old pods")

    assert cluster.run("helm3", "rollback", "web", *here).returncode == 0
    assert _history(cluster, namespace) == ["superseded", "superseded", "deployed"]
    flags = [
        *cluster.break_rollout(namespace, "never-ready"),
        "--set=image=registry.invalid/web:3",
        "--atomic",
    ]
    said = cluster.run("helm3", *new, *flags, "--timeout=4s").stderr
    assert "has been rolled back due to atomic being set: context deadline exceeded" in said
    assert cluster.run("helm3", "uninstall", "web", *here).returncode == 0
    assert cluster.names(namespace, "deployments,services,poddisruptionbudgets") == []


def test_releases_are_found_by_their_labels(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace, "--labels=commit=abc"))
    find = ("list", f"--namespace={namespace}", "-o", "json", "--selector")

    assert [item["name"] for item in json.loads(cluster.helm(*find, "commit=abc"))] == ["web"]
    assert json.loads(cluster.helm(*find, "commit=other")) == []


def test_replica_sets_keep_the_revisions(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    cluster.helm(*cluster.upgrade(namespace, "--set=image=registry.invalid/web:2"))
    cluster.helm("rollback", "web", f"--namespace={namespace}", "--wait=watcher", "--timeout=30s")

    sets = cluster.get(namespace, "replicasets")["items"]
    revision = "deployment.kubernetes.io/revision"
    assert sorted(item["metadata"]["annotations"][revision] for item in sets) == ["2", "3"]
    assert _deployment(cluster, namespace)["metadata"]["annotations"][revision] == "3"
    for item in sets:
        assert item["metadata"]["name"] == f"web-{item['metadata']['labels']['pod-template-hash']}"


def test_what_left_the_chart_leaves_the_cluster(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    cluster.kubectl(
        "patch", "configmap/settings", f"--namespace={namespace}", "-p", '{"data":{"mine":"stays"}}'
    )

    cluster.helm(*cluster.upgrade(namespace, "--set=greeting="))

    assert cluster.get(namespace, "configmap/settings")["data"] == {"always": "here", "mine": "stays"}
    container = _deployment(cluster, namespace)["spec"]["template"]["spec"]["containers"][0]
    assert not container.get("env")


def test_another_manager_holds_a_field(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    cluster.kubectl("patch", "deployment/web", f"--namespace={namespace}", "-p", '{"spec":{"replicas":3}}')

    said = cluster.refused("helm", *cluster.upgrade(namespace, "--set=replicas=1"))

    assert 'Apply failed with 1 conflict: conflict with "kubectl-patch"' in said
    assert ".spec.replicas" in said
    cluster.helm(*cluster.upgrade(namespace, "--set=replicas=1", "--force-conflicts"))
    assert _deployment(cluster, namespace)["spec"]["replicas"] == 1


def test_an_immutable_field(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))

    said = cluster.refused("helm", *cluster.upgrade(namespace, "--set=app=other"))

    assert 'Deployment.apps "web" is invalid: spec.selector: Invalid value' in said
    assert "field is immutable" in said
    assert _history(cluster, namespace) == ["deployed", "failed"]


FAULTS: list[tuple[Fault, str]] = [
    ("image-pull", "ImagePullBackOff"),
    ("crash-loop", "CrashLoopBackOff"),
    ("never-ready", ""),
]


def _waiting(cluster: Cluster, namespace: str) -> list[str]:
    pods = cluster.get(namespace, "pods", "--selector=app=web")["items"]
    statuses = [status for pod in pods for status in pod["status"].get("containerStatuses", ())]
    return [status["state"]["waiting"]["reason"] for status in statuses if "waiting" in status["state"]]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_a_rollout_that_fails(cluster: Cluster, namespace: str, fault: Fault, reason: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    flags = cluster.break_rollout(namespace, fault)
    new = ["--set=image=registry.invalid/web:2", "--timeout=3s", *flags]

    said = cluster.refused("helm", *cluster.upgrade(namespace, *new))

    assert f"Deployment/{namespace}/web not ready. status: InProgress" in said
    assert _history(cluster, namespace) == ["deployed", "failed"]
    status = _deployment(cluster, namespace)["status"]
    assert (status["availableReplicas"], status["unavailableReplicas"]) == (2, 1)  # the old pods serve
    if reason:
        poll(lambda: _waiting(cluster, namespace) == [reason], reason)
        warnings = "--field-selector=type=Warning,involvedObject.kind=Pod"
        poll(lambda: cluster.get(namespace, "events", warnings)["items"] != [], "a warning")

    cluster.helm("rollback", "web", "1", f"--namespace={namespace}", "--wait=watcher", "--timeout=30s")
    assert _deployment(cluster, namespace)["status"]["readyReplicas"] == 2
    cluster.break_rollout(namespace, None)


def test_rollback_on_failure(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    flags = cluster.break_rollout(namespace, "never-ready")
    new = ["--set=image=registry.invalid/web:2", "--timeout=3s", "--rollback-on-failure", *flags]

    said = cluster.refused("helm", *cluster.upgrade(namespace, *new))

    assert "has been rolled back due to rollback-on-failure being set" in said
    assert _history(cluster, namespace) == ["superseded", "failed", "deployed"]


def test_a_progress_deadline(cluster: Cluster, namespace: str) -> None:
    flags = cluster.break_rollout(namespace, "never-ready")
    cluster.helm(*cluster.upgrade(namespace, "--wait=hookOnly", *flags))
    cluster.kubectl(
        "patch", "deployment/web", f"--namespace={namespace}", "-p", '{"spec":{"progressDeadlineSeconds":1}}'
    )

    wait = ("wait", "deployment/web", "--for=condition=Progressing=false", "--timeout=30s")
    cluster.kubectl(*wait, f"--namespace={namespace}")

    conditions = _deployment(cluster, namespace)["status"]["conditions"]
    assert {item["type"]: item["reason"] for item in conditions} == {
        "Available": "MinimumReplicasUnavailable",
        "Progressing": "ProgressDeadlineExceeded",
    }


def test_helm_is_killed(cluster: Cluster, namespace: str) -> None:
    cluster.helm(*cluster.upgrade(namespace))
    flags = [*cluster.break_rollout(namespace, "never-ready"), "--set=image=registry.invalid/web:2"]
    with cluster.start("helm", *cluster.upgrade(namespace, *flags)) as helm:
        poll(lambda: _history(cluster, namespace) == ["deployed", "pending-upgrade"], "a pending release")
        poll(lambda: len(cluster.names(namespace, "replicasets")) == 2, "a rollout")
        helm.send_signal(signal.SIGKILL)

    said = cluster.refused("helm", *cluster.upgrade(namespace))
    assert "another operation (install/upgrade/rollback) is in progress" in said

    cluster.helm("rollback", "web", "1", f"--namespace={namespace}", "--wait=watcher", "--timeout=30s")
    assert _history(cluster, namespace) == ["superseded", "pending-upgrade", "deployed"]
    cluster.break_rollout(namespace, None)
    cluster.helm(*cluster.upgrade(namespace, "--set=image=registry.invalid/web:3"))


def test_a_release_in_a_new_namespace(cluster: Cluster, namespace: str) -> None:
    other = f"{namespace}-made-by-helm"

    cluster.helm(*cluster.upgrade(other, "--create-namespace"))

    assert cluster.get(other, "deployment/web")["status"]["readyReplicas"] == 2
    cluster.kubectl("delete", "namespace", other, "--timeout=60s")


def test_a_dry_run_changes_nothing(cluster: Cluster, namespace: str) -> None:
    cluster.helm("template", "web", str(CHART), "--validate", f"--namespace={namespace}")
    printed = cluster.helm(*cluster.upgrade(namespace, "--dry-run=server"))

    assert "kind: Deployment" in printed
    assert cluster.names(namespace, "deployments,secrets,services") == []
